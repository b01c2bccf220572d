import { expect, test } from 'vitest'
import { gapDocument } from '../support/contract.ts'
import { eventually } from '../support/eventually.ts'
import { openEventSourceParser } from '../judges/reader.ts'
import type { ReceivedEvent } from '../judges/judge.ts'
import { RawConnection } from '../support/raw-connection.ts'
import { formatRequest, parseChunks } from '../support/raw-response.ts'
import { publishText } from '../support/requests.ts'
import { startTestService } from '../support/service.ts'

const EVENT_BYTES = 200_000
/** More than the kernel takes for a client that does not read. */
const EVENTS = 80

test('a live stream that cannot keep up is told in a gap what it missed, and goes on', async () => {
  await using service = await startTestService({
    'history-events': '5',
    'subscriber-buffer': '1KiB',
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

  const { bytes } = connection
  const { chunks } = parseChunks(bytes.subarray(bytes.indexOf('\r\n\r\n') + 4))
  const events: ReceivedEvent[] = []
  openEventSourceParser((event) => events.push(event))(Buffer.from(chunks.join('')))
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

test('a stream that takes nothing for too long is cut, and its place is free', async () => {
  await using service = await startTestService({ heartbeat: '50ms', 'subscriber-stall': '200ms' })
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
