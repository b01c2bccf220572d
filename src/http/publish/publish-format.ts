import type { IncomingHttpHeaders } from 'node:http'
import type { NewEvent } from '../../log/event-log.ts'

/** A publish as it came. */
export interface PublishRequest {
  readonly headers: IncomingHttpHeaders
  /** Valid UTF-8, within the limit. */
  readonly body: string
  /** `event=` of the query, checked; undefined unless the format is named by it. */
  readonly eventName: string | undefined
}

export interface Publication {
  /** At least one. */
  readonly events: readonly NewEvent[]
  /**
   * The format's own idempotency key, such as a hash of what makes an event unique there: without line
   * breaks, of bounded length. A key in the headers goes before it.
   */
  readonly key?: string
}

/** How the request of a publish is turned into events. */
export interface PublishFormat {
  /** Whether `event=` in the query names the event. Elsewhere it is refused, lest it vanish. */
  readonly isNamedByQuery?: boolean
  /** Throws a `Problem` for everything that the contract refuses, naming the field. */
  parse(request: PublishRequest): Publication
}
