import type { PollRecord, PublishRecord, RefusalReason, Refused } from '../http/http-observer.ts'
import {
  CLOSED_BY,
  type CloseReason,
  type RequestRecord,
  type StreamRecord,
} from '../hub/hub-observer.ts'
import { clientNetwork } from '../lib/ip-address.ts'
import { LogUnavailable } from '../log/event-log.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { RepeatedLines } from '../telemetry/repeated-lines.ts'
import type { ServiceObserver } from './observe-all.ts'

/** Ends of streams that somebody should look into. */
const ABNORMAL: ReadonlySet<CloseReason> = new Set(['stalled', 'vanished', 'noise', 'fault'])
/** In place of a client's address. */
const OTHERS = 'others'

/**
 * Writes log lines about streams and requests: one when a stream opens, one when it closes, a bounded number about
 * refusals and failures, none about an event. Fields without a value are left out of a line. Those of streams have them
 * nevertheless, since objects of one form are written fastest.
 */
export class ServiceLogger implements ServiceObserver {
  readonly #logger: Logger
  readonly #repeated: RepeatedLines
  /** By the error. */
  readonly #failed = new WeakMap<Error, RequestFields>()

  constructor(logger: Logger, repeated: RepeatedLines) {
    this.#logger = logger
    this.#repeated = repeated
  }

  opened({ id, channels, request, openedAt, resume, lastId }: StreamRecord): void {
    const fields = {
      stream: id,
      channels,
      client: request.address,
      resume,
      cursor: lastId,
      connectMs: Math.round(((openedAt ?? performance.now()) - request.requestedAt) * 10) / 10,
      trace_id: request.span?.traceId,
      span_id: request.span?.spanId,
    }
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
      err: error,
      trace_id: request.span?.traceId,
      span_id: request.span?.spanId,
    }
    this.#logger[ABNORMAL.has(reason) ? 'warn' : 'info'](fields, 'stream closed')
  }

  refused(what: Refused, reason: RefusalReason, { address, principal, span }: RequestRecord): void {
    this.#repeated.write({
      level: 'warn',
      message: 'refused',
      fields: { what, reason, client: address },
      key: [what, reason, clientNetwork(address), principal],
      others: { fields: { what, reason, client: OTHERS }, key: [what, reason] },
      span,
    })
  }

  dropped(count: number): void {
    this.#repeated.write({
      level: 'warn',
      message: 'connections closed at once: there are as many as the limits allow',
      fields: {},
      count,
    })
  }

  published({ request, channel, outcome }: PublishRecord): void {
    if (outcome.kind === 'failed') {
      this.#noteFailure('publish failed', outcome.error, { request, about: { channel } })
    }
  }

  polled({ request, channels, outcome }: PollRecord): void {
    if (outcome.kind === 'failed') {
      this.#noteFailure('poll failed', outcome.error, { request, about: { channels } })
    }
  }

  failed(error: unknown): void {
    const of = error instanceof Error ? this.#failed.get(error) : undefined
    this.#writeFailure('error', 'request failed', error, of)
  }

  /** An error that nobody expects comes to `failed` as well, and is written there. */
  #noteFailure(message: string, error: unknown, of: RequestFields): void {
    if (error instanceof LogUnavailable) this.#writeFailure('warn', message, error, of)
    else if (error instanceof Error) this.#failed.set(error, of)
  }

  #writeFailure(
    level: 'warn' | 'error',
    message: string,
    error: unknown,
    of: RequestFields | undefined,
  ): void {
    const fields = { ...of?.about, ...(of && { client: of.request.address }), err: error }
    this.#repeated.write({ level, message, fields, span: of?.request.span })
  }
}

/** A request in log lines. */
interface RequestFields {
  readonly request: RequestRecord
  readonly about: object
}
