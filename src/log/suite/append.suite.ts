import { setImmediate } from 'node:timers/promises'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventNameFault } from '../../wire/event-name.ts'
import { formatPosition } from '../../wire/position.ts'
import { MAX_TRACESTATE } from '../../wire/trace-context.ts'
import type { EventLog, NewEvent } from '../event-log.ts'
import { positionAt } from '../history.ts'
import {
  accept,
  newChannel,
  newEvents,
  plainEvent,
  readAll,
  RUNS,
  tracedEvent,
  type Accepted,
  type OpenLog,
} from './helpers.suite.ts'

const HISTORY_EVENTS = 10

const appendStep = fc.record({
  channel: fc.nat(2),
  count: fc.integer({ min: 1, max: 4 }),
  isPausing: fc.boolean(),
})
const callerScripts = fc.array(fc.array(appendStep, { maxLength: 8 }), {
  minLength: 2,
  maxLength: 5,
})

const anyEvent = fc.record({
  name: fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((name) => eventNameFault(name) === undefined),
  data: fc.oneof(
    fc.constantFrom('', '\0', '\n', 'a\0b\n\n', '\u{feff}', '\u{10ffff}\u{1f469}\u{200d}\u{1f680}'),
    fc.string({ unit: 'binary', maxLength: 200 }).map((text) => text.replaceAll('\r', '\n')),
  ),
})
const anyTrace = fc.constantFrom(
  {},
  { trace: tracedEvent('').trace! },
  { trace: tracedEvent('', 'vendor=a b,other=c').trace! },
  { trace: tracedEvent('', 'v='.padEnd(MAX_TRACESTATE, 'x')).trace! },
)
const anyTracedEvent = fc
  .tuple(anyEvent, anyTrace)
  .map(([event, trace]): NewEvent => ({ ...event, ...trace }))

export function testAppends(open: OpenLog): void {
  test('promises 1, 3 and 5: concurrent appends are dense, unbroken and read back until trimmed by count', async () => {
    await using under = await open({ historyEvents: HISTORY_EVENTS })
    await fc.assert(
      fc.asyncProperty(callerScripts, async (scripts) => {
        const channels = [newChannel(), newChannel(), newChannel()]
        const appends = channels.map((): { result: Accepted; events: readonly NewEvent[] }[] => [])
        await Promise.all(
          scripts.map(async (script, caller) => {
            const logs = caller % 2 === 0 ? [under.log, under.peer] : [under.peer, under.log]
            for (const [number, { channel, count, isPausing }] of script.entries()) {
              if (isPausing) await setImmediate()
              const data = Array.from(
                { length: count },
                (_, index) => `${caller}.${number}.${index}`,
              )
              const events = newEvents(...data)
              const result = await accept(logs[0]!, channels[channel]!, events)
              appends[channel]!.push({ result, events })
              await expectKept(logs[1]!, channels[channel]!, result, events)
            }
          }),
        )

        for (const [index, channel] of channels.entries()) {
          const line = appends[index]!.toSorted((a, b) => a.result.first - b.result.first)
          const offsets = line.flatMap(({ result, events }) =>
            events.map((_, place) => result.first + place),
          )
          expect(offsets).toEqual(offsets.map((_, place) => place + 1))

          const { history, events } = await readAll(under.log, channel)
          const top = offsets.length
          const oldest = Math.max(1, top - HISTORY_EVENTS + 1)
          expect(history).toMatchObject({ top, oldest })
          expect(events.map(({ offset }) => offset)).toEqual(offsets.slice(oldest - 1))
          expect(events.map(({ name, data }) => ({ name, data }))).toEqual(
            line.flatMap((append) => append.events).slice(oldest - 1),
          )
          for (const { result } of line) {
            const { epoch, first } = result
            expect(positionAt(history, first)).toBe(formatPosition(epoch, first))
          }
        }
      }),
      RUNS,
    )
  })

  test('promise 3: names, data and trace contexts of any text come back as they were given', async () => {
    await using under = await open()
    const channel = newChannel()
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyTracedEvent, { minLength: 1, maxLength: 10 }),
        async (events) => {
          const { first, count } = await accept(under.log, channel, events)
          expect(count).toBe(events.length)
          const range = { after: first - 1, maxEvents: count, maxBytes: 1024 ** 2 }
          const read = await under.peer.read(channel, range)
          expect(read.events.map(plainEvent)).toEqual(
            events.map((event, index) => ({
              ...event,
              offset: first + index,
              time: read.events[0]!.time,
            })),
          )
        },
      ),
      RUNS,
    )
  })

  test('promise 3: an event carries the time in whole milliseconds at which it was accepted', async () => {
    await using under = await open()
    const channel = newChannel()
    const before = Date.now()
    await accept(under.log, channel, newEvents('a', 'b'))
    const after = Date.now()
    const { events } = await readAll(under.peer, channel)
    for (const { time } of events) {
      expect(Number.isInteger(time)).toBe(true)
      // The server may be on another clock.
      expect(time).toBeGreaterThan(before - 60_000)
      expect(time).toBeLessThan(after + 60_000)
    }
    expect((await readAll(under.log, channel)).events).toEqual(events)
  })

  test('promise 2: an append of more events or bytes than the history holds changes nothing', async () => {
    await using under = await open({ historyEvents: 5, historyBytes: 64 * 1024 })
    const written = newChannel()
    await accept(under.log, written, newEvents('a', 'b', 'c', 'd', 'e'))
    for (const channel of [written, newChannel()]) {
      const before = await readAll(under.log, channel)
      for (const events of [
        newEvents('1', '2', '3', '4', '5', '6'),
        newEvents('x'.repeat(64 * 1024 + 1)),
        newEvents('x'.repeat(40 * 1024), '\u{e9}'.repeat(13 * 1024)),
        // Two events whose names and data alone would fit.
        [tracedEvent('x'.repeat(64_980), 'v='.padEnd(MAX_TRACESTATE, 'x')), tracedEvent('x')],
      ]) {
        const key = { key: 'k', fingerprint: 'refused' }
        expect(await under.log.append(channel, events, key)).toEqual({ kind: 'too-large' })
        expect(await readAll(under.log, channel)).toEqual(before)
      }
      // The refused appends have not used the key either.
      const key = { key: 'k', fingerprint: 'accepted' }
      expect((await accept(under.log, channel, newEvents('next'), key)).repeated).toBe(false)
    }
  })

  test('promise 2: an append of as many events as the history holds is kept whole', async () => {
    await using under = await open({ historyEvents: 5 })
    const channel = newChannel()
    await accept(under.log, channel, newEvents('a', 'b', 'c'))
    const { first } = await accept(under.log, channel, newEvents('1', '2', '3', '4', '5'))
    const { history, events } = await readAll(under.log, channel)
    expect(history).toMatchObject({ oldest: first, top: first + 4 })
    expect(events.map(({ data }) => data)).toEqual(['1', '2', '3', '4', '5'])
  })
}

/** Promise 3 for one append: events of it that are missing must have been trimmed. */
async function expectKept(
  log: EventLog,
  channel: string,
  { first, count }: Accepted,
  appended: readonly NewEvent[],
): Promise<void> {
  const range = { after: first - 1, maxEvents: count, maxBytes: 1024 ** 2 }
  const { history, events } = await log.read(channel, range)
  expect(history.top).toBeGreaterThanOrEqual(first + count - 1)
  const kept = events.map(plainEvent).filter(({ offset }) => offset < first + count)
  const trimmed = Math.min(count, Math.max(0, history.oldest - first))
  expect(kept.map(({ data }) => data)).toEqual(appended.slice(trimmed).map(({ data }) => data))
}
