import type { Admission } from '../../capacity/admission.ts'
import type { Drain } from '../../capacity/drain.ts'
import type { Live } from '../../lib/live-value.ts'
import type { LogStatus } from '../../log/event-log.ts'
import type { ConnectionState } from '../../redis/connection-states.ts'
import type { CapacityStatus } from '../../schema/capacity-status.ts'

/** What metrics read of the parts of the service. Nothing is counted for them on the way of an event. */
export interface ObservedParts {
  readonly admission: Pick<Admission, 'streams' | 'polls'>
  readonly limits: Live<{ readonly maxStreams: number; readonly maxPolls: number }>
  readonly hub: ObservedHub
  readonly drain: Pick<Drain, 'isDraining'>
  readonly log: { status(): Pick<LogStatus, 'reachable' | 'troubles'> }
  readonly status: () => Pick<CapacityStatus, 'fleet'>
  /** Those to Redis; absent with a log in memory. */
  readonly connections?: (() => readonly ConnectionState[]) | undefined
  /** How many log lines were left out. */
  readonly suppressedLines: () => number
  /** How many log lines were written for nobody. */
  readonly lostLines: () => number
}

/** Counts since the start of the process, and what is held at present. */
export interface ObservedHub {
  readonly channels: number
  readonly delivered: number
  readonly replayed: number
  readonly lateEvents: number
  readonly droppedEvents: number
  readonly sentBytes: number
  /** `max`: of one stream. */
  bufferedBytes(): { readonly total: number; readonly max: number }
  subscriptions(): Iterable<readonly [channel: string, streams: number]>
}
