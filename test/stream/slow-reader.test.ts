import { expect, test } from 'vitest'
import { gapDocument } from '../../src/schema/system-events.ts'
import { eventually } from '../support/eventually.ts'
import { openEventSourceParser } from '../interop/parsers.ts'
import type { ReceivedEvent } from '../interop/interop-client.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { formatRequest, parseChunks } from '../support/clients/raw-response.ts'
import { publishLines, publishText } from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'
import { SteadyReader } from '../support/clients/steady-reader.ts'

const EVENT_BYTES = 200_000
/** More than the kernel takes for a client that does not read. */
const EVENTS = 80

/** All the events in a response so far. */
function parseEvents(response: Buffer): ReceivedEvent[] {
  const { chunks } = parseChunks(response.subarray(response.indexOf('\r\n\r\n') + 4))
  const events: ReceivedEvent[] = []
  openEventSourceParser((event) => events.push(event))(Buffer.from(chunks.join('')))
  return events
}

test('a live stream that cannot keep up gets a gap over the events it missed, and goes on', async () => {
  await using service = await startTestService({
    'history-events': '5',
    'subscriber-buffer': '1KiB',
    'max-event': '1MiB',
  })
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest('/stream/a'))
  await connection.until('runnel.open')
  connection.pause()
  const data = 'x'.repeat(EVENT_BYTES)
  for (let index = 0; index < EVENTS; index++) await publishText(service.url, 'a', data)
  const last = await publishText(service.url, 'a', 'the last')
  connection.resume()
  await connection.until('data: the last\n\n')

  const events = parseEvents(connection.bytes)
  let top = 0
  let missed = 0
  const gaps: unknown[] = []
  const expectedGaps: unknown[] = []
  const holes: number[] = []
  for (const { event, data: json, id } of events) {
    const offset = Number(id.split('-')[1])
    if (event === 'runnel.gap') {
      const [epoch] = id.split('-')
      gaps.push(gapDocument.parse(JSON.parse(json)))
      expectedGaps.push({
        channel: 'a',
        reason: 'trimmed',
        from: `${epoch}-${top + 1}`,
        to: id,
        missed: offset - top,
      })
      missed += offset - top
    } else if (event === 'message' && offset !== top + 1) {
      holes.push(offset)
    }
    top = offset
  }
  expect(events.at(-1)).toEqual({ event: 'message', data: 'the last', id: last })
  expect(gaps).toEqual(expectedGaps)
  expect(holes).toEqual([])
  expect(missed).toBeGreaterThan(0)
})

test('a stream that takes nothing for too long is cut, and its slot is free', async () => {
  await using service = await startTestService({
    heartbeat: '50ms',
    'subscriber-stall': '200ms',
    'max-event': '1MiB',
  })
  await using connection = await RawConnection.open(service.url)
  connection.send(formatRequest('/stream/a'))
  await connection.until('runnel.open')
  connection.pause()
  const data = 'x'.repeat(EVENT_BYTES)
  await eventually(async () => {
    await publishText(service.url, 'a', data)
    expect(service.snapshot().subscribers).toBe(0)
  })
})

/** A service that accepts events of megabytes, and checks its streams every 20 ms. */
async function startStrictService(): Promise<TestService> {
  return startTestService({
    heartbeat: '200ms',
    'subscriber-stall': '1s',
    'subscriber-buffer': '32MiB',
    'body-limit': '16MiB',
    'max-event': '16MiB',
    'history-bytes': '32MiB',
  })
}

async function openReader(service: TestService, bytesPerSecond: number): Promise<SteadyReader> {
  const reader = await SteadyReader.open(service.url, '/stream/a', bytesPerSecond)
  await eventually(() => expect(service.snapshot().subscribers).toBe(1))
  return reader
}

/** Waits until enough has arrived, as long as the stream is open and bytes arrive. */
async function untilRead(reader: SteadyReader, isEnough: () => boolean): Promise<void> {
  while (!isEnough()) {
    const { receivedBytes } = reader
    await eventually(() => {
      expect(reader.isEnded || reader.receivedBytes > receivedBytes).toBe(true)
    })
    expect(reader.isEnded).toBe(false)
  }
}

test.for([
  ['one event of 12 MiB', [12 * 1024 ** 2]],
  ['200 events of 64 KiB', Array<number>(200).fill(64 * 1024)],
] as const)(
  'a client that reads %s steadily gets all of it, and is cut when it stops',
  async ([, lengths]) => {
    await using service = await startStrictService()
    await using reader = await openReader(service, 3_000_000)
    const events = lengths.map((length) => ({ data: 'x'.repeat(length) }))
    await publishLines(service.url, 'a', events)
    await publishText(service.url, 'a', 'the last')
    await untilRead(reader, () => reader.tail(100).includes('data: the last\n\n'))
    const received = parseEvents(reader.bytes).filter(({ event }) => event === 'message')
    expect(received.map(({ data }) => data.length)).toEqual([...lengths, 'the last'.length])

    reader.pace = 'none'
    await publishLines(service.url, 'a', events)
    await eventually(() => expect(service.snapshot().subscribers).toBe(0))
  },
)

test('a client that reads slower than the kernel frees its buffer keeps its stream of a busy channel', async () => {
  await using service = await startStrictService()
  // As much as a client at 10 kB/s reads in 30 s.
  await using reader = await openReader(service, 300_000)
  const data = 'x'.repeat(64 * 1024)
  for (let sent = 0; sent < 100; sent++) await publishText(service.url, 'a', data)
  // The kernel takes more only when 1.3 MB of its buffer are free.
  await untilRead(reader, () => reader.receivedBytes > 1_000_000)
  expect(service.snapshot().subscribers).toBe(1)
  reader.pace = 'full'
  await publishText(service.url, 'a', 'the last')
  await untilRead(reader, () => reader.tail(100).includes('data: the last\n\n'))
})
