import type { Admission } from '../capacity/admission.ts'
import type { Drain } from '../capacity/drain.ts'
import type { AwayReason } from '../capacity/retry-after.ts'
import type { Hub } from '../hub/hub.ts'
import type { EventLog } from '../log/event-log.ts'
import type { CapacityStatus } from '../schema/capacity-status.ts'
import type { HttpObserver } from './http-observer.ts'
import type { RequestTracing } from './request-tracing.ts'

/** Times in ms, sizes in bytes. */
export interface HttpSettings {
  readonly bodyLimit: number
  /** Of the largest block in which a stream writes an event. */
  readonly maxEvent: number
  /** How long a client may read nothing of an answer. */
  readonly subscriberStall: number
  /** Origins of pages that may read and publish, besides those served from the same host. */
  readonly corsOrigins: readonly string[]
  /** Host names accepted on a loopback address, besides the loopback's own. */
  readonly hosts: readonly string[]
  /** Number of proxies in front whose word on the client's address is trusted. */
  readonly trustedHops: number
}

/** Totals since the start of the process. */
export interface Totals {
  publishedEvents: number
}

/** The parts of the process that request handlers use. */
export interface Service {
  readonly hub: Hub
  readonly log: EventLog
  readonly admission: Admission
  readonly drain: Drain
  readonly settings: HttpSettings
  readonly observer: HttpObserver
  readonly tracing: RequestTracing
  readonly totals: Totals
  /** At most a second old. */
  readonly status: () => CapacityStatus
  /** Jittered ms after which a client that is sent away may come back. */
  readonly retryAfter: (reason: AwayReason) => number
}
