import { MemoryCluster } from './cluster/memory-cluster.ts'
import { ElectionCandidate, type Passage } from './election-candidate.ts'
import { ManualClock } from './manual-clock.ts'

/** Two candidates, of whom `a` comes first. */
export async function elect(cluster = new MemoryCluster()): Promise<{
  a: ElectionCandidate
  b: ElectionCandidate
  clock: ManualClock
  cluster: MemoryCluster
}> {
  const clock = new ManualClock()
  const a = new ElectionCandidate('a', cluster, clock)
  const b = new ElectionCandidate('b', cluster, clock)
  a.election.start()
  await clock.advance(0)
  b.election.start()
  await clock.advance(0)
  return { a, b, clock, cluster }
}

/** A candidate without rivals, whose requests all pass so. */
export function startAlone(passage: Passage): {
  candidate: ElectionCandidate
  clock: ManualClock
  cluster: MemoryCluster
} {
  const clock = new ManualClock()
  const cluster = new MemoryCluster()
  const candidate = new ElectionCandidate('a', cluster, clock)
  candidate.nextPassage = () => passage
  candidate.election.start()
  return { candidate, clock, cluster }
}
