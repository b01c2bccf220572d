/** Elections under everything that networks and schedulers do: never two leaders, and one once all is well. */
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { MemoryCluster } from '../../../test/support/cluster/memory-cluster.ts'
import { ElectionCandidate, type Passage } from '../../../test/support/election-candidate.ts'
import { ManualClock } from '../../../test/support/manual-clock.ts'

const CANDIDATES = 3

const passage: fc.Arbitrary<Passage> = fc.record({
  delay: fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 8_000 })),
  loses: fc.constantFrom('nothing', 'nothing', 'nothing', 'nothing', 'request', 'answer'),
})

const step = fc.record({
  candidate: fc.nat({ max: CANDIDATES - 1 }),
  action: fc.constantFrom('stop', 'continue', 'cut', 'mend', 'close', 'wait', 'wait', 'wait'),
  pause: fc.oneof(fc.nat({ max: 3_000 }), fc.nat({ max: 20_000 })),
})

beforeEach(() => {
  // The wall clock stands still: nothing may depend on it.
  vi.useFakeTimers({ toFake: ['Date'] })
})

afterEach(() => {
  vi.useRealTimers()
})

test('there are never two leaders, and one leads once all is well', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 10, maxLength: 60 }),
      fc.infiniteStream(passage),
      async (script, passages) => {
        const clock = new ManualClock()
        const cluster = new MemoryCluster()
        const overlaps: string[] = []
        const candidates = Array.from({ length: CANDIDATES }, (_, index) => {
          const identity = `candidate ${index}`
          const candidate: ElectionCandidate = new ElectionCandidate(identity, cluster, clock, {
            // Two terms overlap if one is not over when the next one starts. None starts after its own end.
            onStarted: () => {
              const others = candidates.filter((other) => other !== candidate && other.isLeader)
              if (others.length > 0 || !candidate.isLeader) {
                overlaps.push(`${identity} at ${clock.now()}`)
              }
            },
          })
          candidate.nextPassage = () => passages.next().value
          return candidate
        })
        for (const { election } of candidates) election.start()

        const closed = new Set<ElectionCandidate>()
        for (const { candidate: index, action, pause } of script) {
          const candidate = candidates[index]!
          if (action === 'stop') candidate.stop()
          if (action === 'continue') await candidate.continue()
          if (action === 'cut') candidate.isPartitioned = true
          if (action === 'mend') candidate.isPartitioned = false
          if (action === 'close' && closed.size < CANDIDATES - 1) {
            closed.add(candidate)
            void candidate.election.close()
          }
          await clock.advance(pause)
          expect(overlaps).toEqual([])
        }

        for (const candidate of candidates) {
          await candidate.continue()
          candidate.isPartitioned = false
          candidate.nextPassage = () => ({ delay: 1, loses: 'nothing' })
        }
        await clock.advance(120_000)
        expect(overlaps).toEqual([])
        expect(candidates.filter(({ isLeader }) => isLeader)).toHaveLength(1)
      },
    ),
    { numRuns: 100, endOnFailure: true },
  )
})
