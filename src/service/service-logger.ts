import type { ClientIdentity } from '../capacity/admission.ts'
import {
  CLOSED_BY,
  type CloseReason,
  type HubObserver,
  type StreamRecord,
} from '../hub/hub-observer.ts'
import type { HttpObserver, RefusalReason, Refused } from '../http/dependencies.ts'
import type { Logger } from '../telemetry/logger.ts'
import { RefusalLines } from './refusal-lines.ts'

/** Turns what happens to streams and requests into log lines: one when a stream opens, one when it
 * closes, a few for refusals, none for an event. */
export class ServiceLogger implements HubObserver, HttpObserver {
  readonly #logger: Logger
  readonly #refusals: RefusalLines
  readonly #release: (identity: ClientIdentity) => void
  #publishedEvents = 0

  /** `release` gives back the place of a stream that has closed. */
  constructor(logger: Logger, release: (identity: ClientIdentity) => void) {
    this.#logger = logger
    this.#refusals = new RefusalLines((line) => {
      logger.warn(line, 'refused')
    })
    this.#release = release
  }

  /** Events accepted since the start. */
  get publishedEvents(): number {
    return this.#publishedEvents
  }

  opened({ id, channels, client, lastId }: StreamRecord, resumed: boolean): void {
    this.#logger.info({ stream: id, channels, client, resumed, cursor: lastId }, 'stream opened')
  }

  closed(stream: StreamRecord, reason: CloseReason, error?: unknown): void {
    const { id, channels, client, principal, openedAt, events, bytes, lastId } = stream
    const identity = { principal, address: client }
    this.#release(identity)
    // It was never open.
    if (reason === 'full') return this.refused('stream', 'log', identity)
    const seconds = Math.round(performance.now() - openedAt) / 1_000
    const fields = {
      stream: id,
      channels,
      client,
      reason,
      by: CLOSED_BY[reason],
      seconds,
      events,
      bytes,
      lastId,
    }
    if (error === undefined) this.#logger.info(fields, 'stream closed')
    else this.#logger.error({ ...fields, err: error }, 'stream closed')
  }

  refused(what: Refused, reason: RefusalReason, identity: ClientIdentity): void {
    this.#refusals.note(what, reason, identity)
  }

  dropped(count: number): void {
    this.#logger.warn(
      { count },
      'connections closed at once: there are as many as the limits allow',
    )
  }

  published(_channel: string, count: number): void {
    this.#publishedEvents += count
  }

  failed(error: unknown): void {
    this.#logger.error({ err: error }, 'request failed')
  }

  close(): void {
    this.#refusals.close()
  }
}
