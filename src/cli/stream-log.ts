import type { Newcomer } from '../capacity/admission.ts'
import {
  CLOSED_BY,
  type CloseReason,
  type HubObserver,
  type StreamRecord,
} from '../hub/hub-observer.ts'
import type { HttpObserver, RefusalReason } from '../http/service.ts'
import type { Logger } from '../telemetry/logger.ts'

/** Turns what happens to streams and requests into log lines: one when a stream opens, one when it
 * closes, one for each refusal, none for an event. */
export class StreamLog implements HubObserver, HttpObserver {
  readonly #logger: Logger
  readonly #release: (newcomer: Newcomer) => void
  #publishedEvents = 0

  /** `release` gives back the place of a stream that has closed. */
  constructor(logger: Logger, release: (newcomer: Newcomer) => void) {
    this.#logger = logger
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
    const newcomer = { principal, address: client }
    this.#release(newcomer)
    if (reason === 'full') this.refused('stream', 'log', newcomer)
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

  refused(what: 'stream' | 'poll' | 'publish', reason: RefusalReason, newcomer: Newcomer): void {
    this.#logger.warn({ what, reason, client: newcomer.address }, 'refused')
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
}
