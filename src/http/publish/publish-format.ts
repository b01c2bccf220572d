import type { IncomingHttpHeaders } from 'node:http'
import type { NewEvent } from '../../log/event-log.ts'

/** The body of a publish and its query, before they are parsed. */
export interface PublishRequest {
  readonly headers: IncomingHttpHeaders
  /** Valid UTF-8, within the limit. */
  readonly body: string
  /** `event=` of the query, checked; only for formats that are `isNamedByQuery`. */
  readonly eventName: string | undefined
}

export interface Publication {
  /** At least one. */
  readonly events: readonly NewEvent[]
  /**
   * The format's own idempotency key, such as a hash of an event's id in that format: without line
   * breaks, of bounded length. A key in the headers wins over it.
   */
  readonly key?: string
}

/** Turns the request of a publish into events. */
export interface PublishFormat {
  /** Whether `event=` in the query names the event. Other formats refuse it rather than ignore it. */
  readonly isNamedByQuery?: boolean
  /** Throws a `Problem` that names the field if the contract refuses the request. */
  parse(request: PublishRequest): Publication
}
