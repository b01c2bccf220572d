/**
 * A process that becomes leader, says so, and then does nothing but look at the clock, so that no timer of it runs.
 * As soon as it finds that it was stopped for longer than its deadline, it says whether it leads, and ends.
 */
import { writeSync } from 'node:fs'
import { LeaderElection } from '../../src/controller/runtime/leader-election.ts'
import { MemoryCluster } from './cluster/memory-cluster.ts'

const timing = { leaseDuration: 1_500, renewDeadline: 1_000, retryPeriod: 500 }

const election = new LeaderElection({
  cluster: new MemoryCluster(),
  lease: { namespace: 'fleet', name: 'lease' },
  identity: 'stopped',
  timing,
  onStarted: () => {
    const beforeStop = performance.now()
    writeSync(1, `leads: ${election.isLeader()}\n`)
    waitUntilStopped(beforeStop)
    writeSync(1, `leads after the stop: ${election.isLeader()}\n`)
    process.exit(0)
  },
  onStopped: () => {},
  observer: { electionFailed: () => {} },
})
election.start()

function waitUntilStopped(since: number): void {
  let last = since
  for (;;) {
    const now = performance.now()
    if (now - last >= timing.renewDeadline) return
    last = now
  }
}
