import type { Counter, Histogram, Meter } from '@opentelemetry/api'
import type { Logger } from '../../telemetry/logger.ts'
import type { RepeatedLine, RepeatedLines } from '../../telemetry/repeated-lines.ts'
import { spanFields } from '../../telemetry/span-fields.ts'
import { SHED_REFUSALS } from '../fleet/shed-client.ts'
import type { ApiCall, ApiObserver, WatchEnd } from '../kube/api-call.ts'
import type { CarryOutObserver, ShedRecord } from '../reconcile/carry-out.ts'
import type { RuntimeObserver } from '../runtime/runtime-observer.ts'
import type { ReconcileTracing } from './reconcile-tracing.ts'

const SECONDS = {
  advice: { explicitBucketBoundaries: [0.005, 0.02, 0.1, 0.5, 2, 10, 30] },
  unit: 's',
}

export interface TelemetryParts {
  readonly meter: Meter
  readonly logger: Logger
  readonly repeated: RepeatedLines
  readonly tracing: ReconcileTracing
}

/** Metrics, log lines and traces of what the controller does. */
export class ControllerTelemetry implements RuntimeObserver, ApiObserver, CarryOutObserver {
  readonly tracing: ReconcileTracing
  readonly #logger: Logger
  readonly #repeated: RepeatedLines
  readonly #reconciles: Counter
  readonly #reconcileTime: Histogram
  readonly #requests: Counter
  readonly #requestTime: Histogram
  readonly #lists: Counter
  readonly #watchEnds: Counter
  readonly #sheds: Counter

  constructor({ meter, logger, repeated, tracing }: TelemetryParts) {
    this.tracing = tracing
    this.#logger = logger
    this.#repeated = repeated
    const counter = (name: string, description: string) =>
      meter.createCounter(`runnel_controller_${name}`, { description })
    this.#reconciles = counter('reconciles', 'Looks at a fleet, by result.')
    this.#requests = counter(
      'api_requests',
      'Requests to the API server, by verb, resource and status.',
    )
    this.#lists = counter(
      'lists',
      'Lists of all objects of a kind; more than some an hour mean broken watches.',
    )
    this.#watchEnds = counter('watch_ends', 'Watches that have ended, by kind and cause.')
    this.#sheds = counter('sheds', 'Streams that pods were asked to move, by result.')
    // What may never happen is there at 0, so that a query finds it.
    for (const result of ['succeeded', 'failed']) this.#reconciles.add(0, { result })
    for (const result of ['done', ...SHED_REFUSALS]) this.#sheds.add(0, { result })
    this.#reconcileTime = meter.createHistogram('runnel_controller_reconcile_seconds', {
      description: 'Time of a look at a fleet, with all its writes.',
      ...SECONDS,
    })
    this.#requestTime = meter.createHistogram('runnel_controller_api_request_seconds', {
      description: 'Time until the API server answers, by verb.',
      ...SECONDS,
    })
  }

  enqueued(): void {}

  worked(_key: string, duration: number, result: 'succeeded' | 'failed'): void {
    this.#reconciles.add(1, { result })
    this.#reconcileTime.record(duration / 1_000)
  }

  retrying(key: string, error: unknown, delay: number): void {
    const fields = { fleet: key, retryIn: Math.round(delay), err: error }
    this.#warn('reconcile failed', fields, { key: [key], span: this.tracing.failedSpan(key) })
  }

  listed(kind: string): void {
    this.#lists.add(1, { kind })
  }

  listOrWatchFailed(kind: string, error: unknown): void {
    this.#warn('objects cannot be followed', { kind, err: error }, { key: [kind] })
  }

  handlerFailed(kind: string, error: unknown): void {
    const fields = { kind, err: error }
    this.#repeated.write({
      level: 'error',
      message: 'a change could not be handled',
      fields,
      key: [kind],
    })
  }

  electionFailed(error: unknown): void {
    this.#warn('the lease could not be read or written', { err: error })
  }

  eventFailed(error: unknown): void {
    this.#warn('an event could not be written', { err: error })
  }

  answered(call: ApiCall, status: number | undefined, duration: number): void {
    this.tracing.answered(call, status, duration)
    const { verb } = call
    const resource = 'path' in call ? 'discovery' : call.resource
    this.#requests.add(1, {
      verb,
      resource,
      status: status === undefined ? 'none' : String(status),
    })
    if (verb !== 'watch') this.#requestTime.record(duration / 1_000, { verb })
  }

  watchEnded(call: ApiCall, end: WatchEnd): void {
    this.#watchEnds.add(1, { resource: 'path' in call ? 'discovery' : call.resource, end })
  }

  scaled(fleet: string, replicas: number): void {
    this.#logger.info({ fleet, replicas, ...spanFields(this.tracing.span) }, 'scaled')
  }

  shed({ fleet, pod, request, outcome, duration }: ShedRecord): void {
    this.tracing.shed({ fleet, pod, request, outcome, duration })
    const { count, over } = request
    this.#sheds.add(count, { result: outcome.isDone ? 'done' : outcome.reason })
    const { span } = this.tracing
    if (outcome.isDone) {
      const fields = { fleet, pod, streams: outcome.shedding, over, ...spanFields(span) }
      this.#logger.info(fields, 'shed')
    } else {
      const fields = { fleet, pod, streams: count, problem: outcome.detail }
      this.#warn('shed refused', fields, { key: [fleet, pod], span })
    }
  }

  refused(fleet: string, message: string): void {
    const fields = { fleet, problem: message, ...spanFields(this.tracing.span) }
    this.#logger.warn(fields, 'the API server refuses part of a plan')
  }

  costFailed(pod: string, error: unknown): void {
    const { span } = this.tracing
    this.#warn('the deletion cost of a pod could not be written', { pod, err: error }, { span })
  }

  #warn(
    message: string,
    fields: RepeatedLine['fields'],
    parts: Pick<RepeatedLine, 'key' | 'span'> = {},
  ): void {
    this.#repeated.write({ level: 'warn', message, fields, ...parts })
  }
}
