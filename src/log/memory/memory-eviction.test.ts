import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { NewEvent } from '../event-log.ts'
import { MemoryLog } from './memory-log.ts'

const BOUNDS = {
  historyEvents: 6,
  historyAge: 20_000,
  historyBytes: 12 * 1024,
  logBytes: 32 * 1024,
  maxChannels: 20,
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance', 'Date'] })
})

afterEach(() => {
  vi.useRealTimers()
})

interface ModelEvent {
  readonly channel: string
  readonly offset: number
  readonly at: number
  readonly bytes: number
}

const step = fc.record({
  channel: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
  lengths: fc.array(fc.nat(4_500), { minLength: 1, maxLength: 4 }),
  wait: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 8_000 })),
})

test('events leave exactly by age, count and bytes of the channel, and by bytes of the whole log', async () => {
  const cost = await measureCosts()
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (script) => {
      const log = new MemoryLog(() => BOUNDS)
      log.start()
      const tops = new Map<string, number>()
      let kept: ModelEvent[] = []
      for (const { channel, lengths, wait } of script) {
        // Never 0, so that no two appends are equally old.
        vi.advanceTimersByTime(wait)
        const at = performance.now()
        const top = tops.get(channel) ?? 0
        const added = lengths.map((length, index) => {
          return { channel, offset: top + 1 + index, at, bytes: cost.event + length }
        })
        const result = await log.append(channel, lengths.map(newEvent))
        expect(log.status().details['bytes']).toBeLessThanOrEqual(BOUNDS.logBytes)
        const isTooLarge = countBytes(added) > BOUNDS.historyBytes
        expect(result).toMatchObject(
          isTooLarge ? { kind: 'too-large' } : { kind: 'accepted', first: top + 1 },
        )
        if (isTooLarge) continue

        tops.set(channel, top + lengths.length)
        kept = kept.filter((event) => event.at > at - BOUNDS.historyAge)
        const room = BOUNDS.logBytes - tops.size * cost.channel - countBytes(added)
        while (countBytes(kept) > room) kept.shift()
        kept.push(...added)
        for (let own = ofChannel(kept, channel); exceedsBounds(own); own = own.slice(1)) {
          kept.splice(kept.indexOf(own[0]!), 1)
        }
      }

      const now = performance.now()
      kept = kept.filter((event) => event.at > now - BOUNDS.historyAge)
      for (const [channel, top] of tops) {
        const range = { after: 0, maxEvents: 100, maxBytes: BOUNDS.logBytes }
        const { history, events } = await log.read(channel, range)
        const offsets = ofChannel(kept, channel).map(({ offset }) => offset)
        expect(events.map(({ offset }) => offset)).toEqual(offsets)
        expect(history).toMatchObject({ top, oldest: top - offsets.length + 1 })
      }
      await log.close()
    }),
    { numRuns: 300 },
  )
})

/** The bytes that a channel and an event without data count toward the bounds. */
async function measureCosts(): Promise<{ channel: number; event: number }> {
  const log = new MemoryLog(() => BOUNDS)
  await log.append('a', [newEvent(0)])
  const one = Number(log.status().details['bytes'])
  await log.append('a', [newEvent(0)])
  const event = Number(log.status().details['bytes']) - one
  await log.close()
  return { channel: one - event, event }
}

function newEvent(length: number): NewEvent {
  return { name: 'message', data: 'x'.repeat(length) }
}

function ofChannel(events: readonly ModelEvent[], channel: string): readonly ModelEvent[] {
  return events.filter((event) => event.channel === channel)
}

function exceedsBounds(events: readonly ModelEvent[]): boolean {
  return events.length > BOUNDS.historyEvents || countBytes(events) > BOUNDS.historyBytes
}

function countBytes(events: readonly ModelEvent[]): number {
  return events.reduce((sum, { bytes }) => sum + bytes, 0)
}
