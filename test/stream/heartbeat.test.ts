import { expect, test } from 'vitest'
import { openDocument } from '../../src/schema/system-events.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { formatRequest, parseChunks } from '../support/clients/raw-response.ts'
import { publishCount, publishText } from '../support/clients/requests.ts'
import { startTestService } from '../support/service.ts'

test('silence is broken by a comment line alone', async () => {
  await using service = await startTestService({ heartbeat: '50ms' })
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest('/stream/a'))
  expect(await connection.until('2\r\n:\n\r\n2\r\n:\n\r\n')).toMatch(
    /\}\n\n\r\n2\r\n:\n\r\n2\r\n:\n\r\n/,
  )
  await using old = await RawConnection.open(service.url)
  old.send(formatRequest('/stream/a', { version: '1.0' }))
  expect(await old.until(/\n:\n:\n/)).toMatch(/\}\n\n:\n:\n/)
})

test('a heartbeat for ping=1 is an event in its place, without an id', async () => {
  await using service = await startTestService({ heartbeat: '50ms' })
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest('/stream/a?ping=1'))
  const ping = 'event: runnel.ping\ndata: {}\n\n'
  const chunk = `${ping.length.toString(16)}\r\n${ping}\r\n`
  const text = await connection.until(chunk + chunk)
  expect(text).not.toContain('\n:')
})

test('runnel.open tells the interval', async () => {
  await using service = await startTestService({ heartbeat: '1234ms' })
  await using stream = await EventStream.open(`${service.url}/stream/a`)
  const { data } = await stream.event('runnel.open')
  expect(openDocument.parse(JSON.parse(data)).heartbeat).toBe(1_234)
})

test('heartbeats move no cursor and stand between blocks only', async () => {
  await using service = await startTestService({ heartbeat: '50ms' })
  await using quiet = await EventStream.open(`${service.url}/stream/a`)
  await using pinged = await EventStream.open(`${service.url}/stream/a?ping=1`)
  await quiet.until(() => quiet.comments[0], 'a comment')
  const first = await publishText(service.url, 'a', 'x\n'.repeat(7_000))
  await quiet.until(() => quiet.comments[3], 'more comments')
  const [second] = await publishCount(service.url, 'a', 1)
  for (const stream of [quiet, pinged]) {
    const events = await stream.take(2)
    expect(events.map(({ id }) => id)).toEqual([first, second])
    expect(stream.ids.slice(1)).toEqual([first, second])
  }
  expect(quiet.comments.every((comment) => comment === '')).toBe(true)
  expect(pinged.comments).toEqual([])
  const pings = pinged.events.filter(({ event }) => event === 'runnel.ping')
  expect(pings.every(({ id, data }) => id === undefined && data === '{}')).toBe(true)
})

test('every chunk is whole blocks or a heartbeat, and heartbeats carry no id', async () => {
  await using service = await startTestService({ heartbeat: '50ms', 'history-events': '20' })
  const [first = ''] = await publishCount(service.url, 'a', 1)
  await publishCount(service.url, 'a', 20)
  await publishCount(service.url, 'a', 5)
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest('/stream/a', { headers: [`Last-Event-ID: ${first}`] }))
  await connection.until(/2\r\n:\n\r\n$/)
  await publishText(service.url, 'a', 'the last')
  await connection.until(/the last\n\n\r\n/)
  const { bytes } = connection
  const { chunks } = parseChunks(bytes.subarray(bytes.indexOf('\r\n\r\n') + 4))
  const whole = chunks.filter((chunk) => chunk !== ':\n')
  expect(whole.length).toBeLessThan(chunks.length)
  for (const chunk of whole) expect(chunk.endsWith('\n\n')).toBe(true)
  const blocks = whole.flatMap((chunk) => chunk.slice(0, -2).split('\n\n'))
  expect(blocks[0]).toMatch(/^id: \S+\nevent: runnel\.gap\ndata: /)
  expect(blocks[1]).toMatch(/^retry: \d+\nid: \S+\nevent: runnel\.open\ndata: /)
  expect(blocks).toHaveLength(2 + 20 + 1)
  for (const block of blocks.slice(2)) expect(block).toMatch(/^id: \S+\ndata: /)
})
