import { CLOSED_BY, type CloseReason, type StreamRecord } from '../hub/hub-observer.ts'
import type { RefusalReason, Refused } from '../http/http-observer.ts'
import type { ClientIdentity } from '../capacity/admission.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { ServiceObserver } from './observe-all.ts'
import { RefusalLines } from './refusal-lines.ts'

/** Writes log lines about streams and requests: one when a stream opens, one when it closes, a bounded
 * number about refusals, none about an event. */
export class ServiceLogger implements ServiceObserver {
  readonly #logger: Logger
  readonly #refusals: RefusalLines

  constructor(logger: Logger) {
    this.#logger = logger
    this.#refusals = new RefusalLines((line) => {
      logger.warn(line, 'refused')
    })
  }

  opened({ id, channels, request, resumed, lastId }: StreamRecord): void {
    const fields = { stream: id, channels, client: request.address, resumed, cursor: lastId }
    this.#logger.info(fields, 'stream opened')
  }

  closed(stream: StreamRecord, reason: CloseReason, error?: unknown): void {
    const { id, channels, request, events, bytes, lastId } = stream
    const seconds = Math.round(performance.now() - request.requestedAt) / 1_000
    const fields = {
      stream: id,
      channels,
      client: request.address,
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

  failed(error: unknown): void {
    this.#logger.error({ err: error }, 'request failed')
  }

  close(): void {
    this.#refusals.close()
  }
}
