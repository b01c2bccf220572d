import type { StreamCapacitySpec } from '../../src/schema/stream-capacity.ts'
import type { Sample } from './sample.ts'

/** What a run comes down to. */
export interface Figures {
  /** Streams of the fullest pod at its fullest, in percent of the limit. */
  readonly peakLoadPercent: number
  readonly refusalsPerClient: number
  /** Attempts that met no pod at all, for each client. */
  readonly failuresPerClient: number
  /** Without those that the age of streams brings about, for each client. */
  readonly reconnectsPerClient: number
  /** Most reconnects within 10 s, for each second of them. */
  readonly peakReconnectRate: number
  /** Seconds from the disturbance until no pod is beyond the tolerance any more; undefined if some still is. */
  readonly secondsUntilBalanced: number | undefined
  readonly mostPods: number
  readonly fewestPods: number
  readonly lastPods: number
  /** Changes of the number of pods. */
  readonly resizes: number
  /** Pods beyond those that the streams called for, over time. */
  readonly sparePodMinutes: number
}

const RATE_WINDOW = 10

/** Streams above the average that are chance alone, as for the planner. */
const CHANCE = 5

export function figuresOf(
  samples: readonly Sample[],
  spec: StreamCapacitySpec,
  disturbedAt: number,
): Figures {
  const last = samples.at(-1)
  if (last === undefined) throw new RangeError('expected samples of a run')
  const { target, limit } = spec.subscribersPerPod
  const most = (read: (sample: Sample) => number) => Math.max(...samples.map(read))
  const clients = most(({ subscribers }) => subscribers)
  const needed = ({ subscribers }: Sample) =>
    Math.max(spec.scaling.minReplicas, Math.ceil(subscribers / target))
  const spare = samples.map((sample) => Math.max(0, sample.pods - needed(sample)))
  return {
    peakLoadPercent: (most(({ fullest }) => fullest) / limit) * 100,
    refusalsPerClient: last.refusals / clients,
    failuresPerClient: last.failures / clients,
    reconnectsPerClient: (last.reconnects - last.aged) / clients,
    peakReconnectRate: peakRate(samples),
    secondsUntilBalanced: secondsUntilBalanced(samples, spec, disturbedAt),
    mostPods: most(({ pods }) => pods),
    fewestPods: Math.min(...samples.map(({ pods }) => pods)),
    lastPods: last.pods,
    resizes: samples.filter(({ pods }, index) => index > 0 && samples[index - 1]?.pods !== pods)
      .length,
    sparePodMinutes: spare.reduce((sum, pods) => sum + pods, 0) / 60,
  }
}

function peakRate(samples: readonly Sample[]): number {
  const rates = samples
    .slice(RATE_WINDOW)
    .map(({ reconnects }, index) => (reconnects - (samples[index]?.reconnects ?? 0)) / RATE_WINDOW)
  return Math.max(0, ...rates)
}

function secondsUntilBalanced(
  samples: readonly Sample[],
  { rebalance: { tolerancePercent } }: StreamCapacitySpec,
  disturbedAt: number,
): number | undefined {
  const isBalanced = ({ most, mean }: Sample) =>
    most <= mean + Math.max(CHANCE, (mean * tolerancePercent) / 100)
  const lastUnbalanced = samples.findLastIndex(
    (sample) => sample.second > disturbedAt && !isBalanced(sample),
  )
  if (lastUnbalanced === samples.length - 1) return undefined
  return Math.max(0, (samples[lastUnbalanced]?.second ?? disturbedAt) - disturbedAt)
}
