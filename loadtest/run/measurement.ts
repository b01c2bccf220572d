import { freemem, totalmem } from 'node:os'
import type { Counts } from '../driver/tally.ts'
import type { SecondSample } from '../report/result.ts'
import type { Now } from '../scenarios/scenario.ts'
import { monotonicSeconds } from './monotonic-seconds.ts'
import type { Recording } from './recording.ts'

/** The state of the run in this second, which is the last one that is measured. */
export function nowOf(second: SecondSample, { loads, sum }: Recording): Now {
  const { open, waiting, refusals, fleet } = second
  const { servers } = fleet
  return {
    open,
    waiting,
    slowCuts: sum.counts.slowCuts,
    slowGaps: sum.counts.slowGaps,
    refusals,
    pods: servers.length === 0 ? undefined : servers.length,
    driverCpu: loads.cpu,
    driverSilence: loads.silence(monotonicSeconds()),
    driverRss: loads.rss,
    serverRss: sumOf(servers.map(({ rss }) => rss)),
    serverHeap: sumOf(servers.map(({ heap }) => heap)),
    freeMemory: freemem() / totalmem(),
  }
}

/** A server that answers no publish, or has lost its subscribers, owes them what was due all the same. */
export function deliveredShareOf(
  { due, deliveries }: Pick<Counts, 'due' | 'deliveries'>,
  subscribersOfChannel: number,
): number {
  const expected = due * subscribersOfChannel
  return expected === 0 ? 1 : Math.min(1, deliveries / expected)
}

function sumOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.flatMap((value) => value ?? [])
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0)
}
