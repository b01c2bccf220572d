import { groupOf } from '../objects/kind.ts'
import { STREAM_CAPACITY } from '../objects/stream-capacity.ts'
import type { SubscriberCount } from '../fleet/pod-state.ts'

export const METRICS_GROUP = 'custom.metrics.k8s.io'

/** The preferred one first. */
export const METRICS_VERSIONS = ['v1beta2', 'v1beta1'] as const

export type MetricsVersion = (typeof METRICS_VERSIONS)[number]

export const METRIC = 'subscribers'

/** The resource that the metric describes, as in paths. */
export const RESOURCE = `${STREAM_CAPACITY.plural}.${groupOf(STREAM_CAPACITY)}`

export type TimedCount = SubscriberCount & {
  /** When the count was taken, in ms since 1970. */
  readonly takenAt: number
}

/** The streams of the fleet that a StreamCapacity describes, from memory; undefined if there is no such object. */
export type SubscriberSource = (namespace: string, name: string) => TimedCount | undefined
