import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { exchange, formatRequest } from '../support/clients/raw-response.ts'
import {
  acceptedIds,
  poll,
  post,
  publishCount,
  publishText,
  readProblem,
} from '../support/clients/requests.ts'
import { startTestService } from '../support/service.ts'

const BODY_LIMIT = 256 * 1024

/** Bodies of exactly so many bytes, by media type. */
const BODIES = [
  ['text/plain', (bytes: number) => 'é'.repeat(bytes / 2) + 'x'.repeat(bytes % 2)],
  ['application/json', (bytes: number) => `{"data":"${'x'.repeat(bytes - 11)}"}`],
  ['application/x-ndjson', (bytes: number) => `{"data":1}\n{"data":"${'x'.repeat(bytes - 22)}"}`],
] as const

test.for(BODIES)('a body of %s may have 256 KiB and no byte more', async ([type, make]) => {
  await using service = await startTestService({ 'max-event': '1MiB' })
  const url = `${service.url}/publish/a`
  expect(Buffer.byteLength(make(BODY_LIMIT))).toBe(BODY_LIMIT)
  const ids = await acceptedIds(await post(url, type, make(BODY_LIMIT)))
  const { status, detail } = await readProblem(await post(url, type, make(BODY_LIMIT + 1)))
  expect([status, detail]).toEqual([413, expect.stringContaining('262144')])
  expect((await poll(service.url, '/poll/a')).cursor).toBe(ids.at(-1))
})

test.for(['0', '1'])('a chunked body is measured as it comes: limit + %s', async (excess) => {
  await using service = await startTestService({ 'max-event': '1MiB' })
  const size = BODY_LIMIT + Number(excess)
  const headers = ['Content-Type: text/plain', 'Transfer-Encoding: chunked']
  const body = `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n0\r\n\r\n`
  const request = formatRequest('/publish/a', { method: 'POST', headers, body })
  const { status } = await exchange(service.url, request)
  expect(status).toBe(excess === '0' ? 200 : 413)
})

test('a body far too large is refused while it is still on its way', async () => {
  await using service = await startTestService()
  for (let round = 0; round < 20; round++) {
    await using connection = await RawConnection.open(service.url)
    const headers = ['Content-Type: text/plain', 'Transfer-Encoding: chunked']
    connection.send(formatRequest('/publish/a', { method: 'POST', headers }))
    for (let sent = 0; sent < 32; sent++) {
      connection.send(`10000\r\n${'x'.repeat(0x10000)}\r\n`)
    }
    expect(await connection.untilEnd()).toMatch(/^HTTP\/1.1 413 [^]*"status":413/)
  }
})

test('a batch has at most 500 lines, blank ones not counted', async () => {
  await using service = await startTestService()
  const url = `${service.url}/publish/a`
  const line = '\n{"data":1}\r\n'
  const ids = await acceptedIds(await post(url, 'application/x-ndjson', line.repeat(500)))
  expect(ids).toHaveLength(500)
  expect(new Set(ids).size).toBe(500)
  const { status, detail } = await readProblem(
    await post(url, 'application/x-ndjson', line.repeat(501)),
  )
  expect([status, detail]).toEqual([413, expect.stringContaining('500')])
  expect((await poll(service.url, '/poll/a')).cursor).toBe(ids.at(-1))
})

test('a batch without a line is refused', async () => {
  await using service = await startTestService()
  for (const body of ['', '\n', ' \r\n\t\n']) {
    const response = await post(`${service.url}/publish/a`, 'application/x-ndjson', body)
    expect((await readProblem(response)).status).toBe(400)
  }
})

test('a batch is accepted or refused as a whole', async () => {
  await using service = await startTestService()
  const url = `${service.url}/publish/a`
  const [before = ''] = await publishCount(service.url, 'a', 1)
  for (const line of ['{"data":1', '{"dota":1}', '{"event":"open","data":1}', 'x']) {
    const body = `${'{"data":1}\n'.repeat(499)}${line}`
    const { status, detail } = await readProblem(await post(url, 'application/x-ndjson', body))
    expect([status, detail]).toEqual([400, expect.stringContaining('line 500: ')])
  }
  expect((await poll(service.url, '/poll/a')).cursor).toBe(before)
})

test('the events of one batch are neighbors under concurrent batches', async () => {
  await using service = await startTestService()
  const batches = await Promise.all(
    Array.from({ length: 20 }, () => publishCount(service.url, 'a', 25)),
  )
  const offsets = batches.map((ids) => ids.map((id) => Number(id.split('-')[1])))
  for (const [first = 0, ...rest] of offsets) {
    expect(rest).toEqual(rest.map((_, index) => first + index + 1))
  }
  const all = offsets.flat().toSorted((a, b) => a - b)
  expect(all).toEqual(Array.from({ length: 500 }, (_, index) => index + 1))
})

test('a batch has no more events than the history holds', async () => {
  await using service = await startTestService({ 'history-events': '3' })
  const url = `${service.url}/publish/a`
  await acceptedIds(await post(url, 'application/x-ndjson', '{"data":1}\n'.repeat(3)))
  const { status, detail } = await readProblem(
    await post(url, 'application/x-ndjson', '{"data":1}\n'.repeat(4)),
  )
  expect([status, detail]).toEqual([413, expect.stringContaining('history')])
  expect((await poll(service.url, '/poll/a?last=3')).events).toHaveLength(3)
})

test('a batch has no more bytes than the history holds', async () => {
  await using service = await startTestService({ 'history-bytes': '4KiB', 'body-limit': '4KiB' })
  const body = `{"data":"${'x'.repeat(1_500)}"}\n`.repeat(2)
  const url = `${service.url}/publish/a`
  await acceptedIds(await post(url, 'application/x-ndjson', body))
  const { status } = await readProblem(
    await post(url, 'application/x-ndjson', body + '{"data":1}\n'.repeat(80)),
  )
  expect(status).toBe(413)
})

test('one channel too many is refused with 507, and existing channels go on', async () => {
  await using service = await startTestService({ 'max-channels': '2' })
  for (const channel of ['a', 'b', 'a']) await publishText(service.url, channel, 'x')
  const { status, detail } = await readProblem(
    await post(`${service.url}/publish/c`, 'text/plain', 'x'),
  )
  expect([status, detail]).toEqual([507, expect.stringContaining('RUNNEL_MAX_CHANNELS')])
  await publishText(service.url, 'b', 'x')
})

test('a subscription does not count as a channel', async () => {
  await using service = await startTestService({ 'max-channels': '1' })
  for (let index = 0; index < 20; index++) await poll(service.url, `/poll/c${index}`)
  expect(await publishText(service.url, 'a', 'x')).toMatch(/-1$/)
})

test('a full log drops its oldest events rather than refuse new ones', async () => {
  const sizes = { 'history-bytes': '4KiB', 'log-bytes': '8KiB', 'body-limit': '2KiB' }
  await using service = await startTestService(sizes)
  for (const channel of ['a', 'b', 'c', 'd']) {
    await publishText(service.url, channel, 'x'.repeat(2_000))
  }
  expect((await poll(service.url, '/poll/a?from=earliest')).events).toHaveLength(0)
  expect((await poll(service.url, '/poll/d?from=earliest')).events).toHaveLength(1)
})

/** Takes a slot: only an admitted publish gets 100 Continue. */
async function holdPublish(url: string): Promise<RawConnection> {
  const connection = await RawConnection.open(url)
  const headers = ['Content-Type: text/plain', 'Content-Length: 1', 'Expect: 100-continue']
  connection.send(formatRequest('/publish/a', { method: 'POST', headers }))
  await connection.until('100 Continue')
  return connection
}

test('one concurrent publish too many is 503 with Retry-After, and slots are given back', async () => {
  await using service = await startTestService({ 'max-publishes': '1' })
  await using held = await holdPublish(service.url)
  const response = await post(`${service.url}/publish/a`, 'text/plain', 'x')
  expect((await readProblem(response)).status).toBe(503)
  expect(Number(response.headers.get('Retry-After'))).toBeGreaterThanOrEqual(2)
  expect(Number(response.headers.get('Retry-After'))).toBeLessThanOrEqual(10)
  held.send('b')
  expect(await held.untilEnd()).toContain('200 OK')
  expect(await publishText(service.url, 'a', 'x')).toMatch(/-2$/)
})

test('a publisher that leaves in the middle of a body gives back its slot and publishes nothing', async () => {
  await using service = await startTestService({ 'max-publishes': '1' })
  for (let round = 0; round < 3; round++) {
    await using held = await holdPublish(service.url)
    held.reset()
    await eventually(async () => {
      // Refused either way: the status tells whether there was a slot.
      const response = await post(`${service.url}/publish/a`, 'application/json', '{}')
      expect(response.status).toBe(400)
    })
  }
  expect(await publishText(service.url, 'a', 'x')).toMatch(/-1$/)
})
