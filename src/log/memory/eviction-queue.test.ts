import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ChannelHistory } from './channel-history.ts'
import { EvictionQueue } from './eviction-queue.ts'

test('gives the channel with the oldest event, in any order of additions and removals', () => {
  const step = fc.record({
    kind: fc.constantFrom('push', 'trim', 'look', 'look and trim'),
    channel: fc.nat(4),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (script) => {
      const oldestFirst = new EvictionQueue()
      const channels = Array.from({ length: 5 }, () => new ChannelHistory('aaaaaaaa', []))
      for (const [now, { kind, channel }] of script.entries()) {
        const history = channels[channel]
        if (kind === 'push' && history !== undefined) {
          const offset = history.top + 1
          history.push({ offset, name: 'n', data: '', time: 0, textBytes: 1, acceptedAt: now })
          oldestFirst.add(history)
        } else if (kind === 'trim') {
          history?.trimOldest()
        }
        const oldest = channels
          .filter(({ size }) => size > 0)
          .toSorted((a, b) => acceptedAt(a) - acceptedAt(b))[0]
        // Not at every step: a look corrects the queue, which must be right without looks in between.
        const found = kind.startsWith('look') ? oldestFirst.peek() : oldest
        expect(found === oldest).toBe(true)
        if (kind === 'look and trim') found?.trimOldest()
      }
    }),
    { numRuns: 500 },
  )
})

function acceptedAt(history: ChannelHistory): number {
  return history.oldestEvent?.acceptedAt ?? 0
}
