import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { publishLines, publishText } from '../support/clients/requests.ts'
import { spawnServe, type ServeProcess } from '../support/serve-process.ts'
import { waitForAll, openStreams, type Guest } from './many-streams.ts'

const REPORTED = {
  nodeFlags: ['--import', new URL('../support/report-writes.ts', import.meta.url).href],
}

/** Of one chunk with one block. */
const HEAD_AND_OPENING =
  /^HTTP\/1\.1 200 OK\r\n(?:[^\r\n]+\r\n)+\r\n[0-9a-f]+\r\nretry: \d+\nid: [^\n]+\nevent: runnel\.open\n[^\n]+\n\n\r\n$/

test('each single event is exactly one write to each subscriber', async () => {
  await using serve = await spawnServe([], REPORTED)
  const guests = await openStreams(serve.url, 'alone', 5)
  await allReported(serve)
  const opening = guests.map(({ socket }) => writesTo(serve, socket).length)

  const ids: string[] = []
  for (let number = 1; number <= 20; number++) {
    ids.push(await publishText(serve.url, 'alone', `event ${number}`))
    await waitForAll(guests, `event ${number}\n`)
  }

  await allReported(serve)
  const expected = ids.map((id, index) => chunk(`id: ${id}\ndata: event ${index + 1}\n\n`))
  for (const [index, { socket }] of guests.entries()) {
    expect(writesTo(serve, socket).slice(opening[index])).toEqual(expected)
  }
})

test.for(['never written', 'with events'] as const)(
  'the head of a response and its first blocks are one write: a channel %s',
  async (channel) => {
    await using serve = await spawnServe([], REPORTED)
    if (channel === 'with events') await publishText(serve.url, 'opening', 'before')
    const [guest] = await openStreams(serve.url, 'opening', 1)

    await allReported(serve)
    const writes = writesTo(serve, socketOf(guest))

    expect(writes).toEqual([expect.stringMatching(HEAD_AND_OPENING)])
  },
)

test('a batch that is published at once is one write to each subscriber', async () => {
  await using serve = await spawnServe([], REPORTED)
  const guests = await openStreams(serve.url, 'batch', 5)
  await allReported(serve)
  const opening = guests.map(({ socket }) => writesTo(serve, socket).length)

  const events = Array.from({ length: 50 }, (_, index) => ({ data: `event ${index + 1}` }))
  const ids = await publishLines(serve.url, 'batch', events)
  await waitForAll(guests, 'event 50\n')

  await allReported(serve)
  const blocks = ids.map((id, index) => `id: ${id}\ndata: event ${index + 1}\n\n`).join('')
  for (const [index, { socket }] of guests.entries()) {
    expect(writesTo(serve, socket).slice(opening[index])).toEqual([chunk(blocks)])
  }
})

test('a heartbeat is one write', async () => {
  await using serve = await spawnServe(['--heartbeat=100ms'], REPORTED)
  const [guest] = await openStreams(serve.url, 'quiet', 1)
  const socket = socketOf(guest)
  await allReported(serve)
  const opening = writesTo(serve, socket).length

  await eventually(() => {
    expect(writesTo(serve, socket).length).toBeGreaterThan(opening + 2)
  })

  expect(new Set(writesTo(serve, socket).slice(opening))).toEqual(new Set([chunk(':\n')]))
})

/** The writes of the service to this socket, by its log lines. */
function writesTo({ lines }: ServeProcess, { localPort }: Socket): string[] {
  return lines
    .filter((line) => line['msg'] === 'write' && line['peer'] === localPort)
    .map((line) => String(line['text']))
}

/** Log lines come late: waits for the one about an answer that was written after all others. */
async function allReported({ url, lines }: ServeProcess): Promise<void> {
  const answers = () => lines.filter((line) => String(line['text']).endsWith('{"status":"ok"}'))
  const before = answers().length
  await (await fetch(`${url}/health/live`)).text()
  await eventually(() => {
    expect(answers().length).toBeGreaterThan(before)
  })
}

function socketOf(guest: Guest | undefined): Socket {
  if (guest === undefined) throw new Error('expected a guest')
  return guest.socket
}

function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
}
