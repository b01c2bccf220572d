import type { Newcomer } from '../capacity/admission.ts'
import {
  CLOSED_BY,
  type CloseReason,
  type HubObserver,
  type StreamRecord,
} from '../hub/hub-observer.ts'
import type { HttpObserver, RefusalReason, Refused } from '../http/service.ts'
import type { Logger } from '../telemetry/logger.ts'
import { RefusalLog } from './refusal-log.ts'

/** Turns what happens to streams and requests into log lines: one when a stream opens, one when it
 * closes, a few for refusals, none for an event. */
export class StreamLog implements HubObserver, HttpObserver {
  readonly #logger: Logger
  readonly #refusals: RefusalLog
  readonly #release: (newcomer: Newcomer) => void
  #publishedEvents = 0

  /** `release` gives back the place of a stream that has closed. */
  constructor(logger: Logger, release: (newcomer: Newcomer) => void) {
    this.#logger = logger
    this.#refusals = new RefusalLog((line) => {
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
    const newcomer = { principal, address: client }
    this.#release(newcomer)
    // It was never open.
    if (reason === 'full') return this.refused('stream', 'log', newcomer)
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

  refused(what: Refused, reason: RefusalReason, newcomer: Newcomer): void {
    this.#refusals.note(what, reason, newcomer)
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
