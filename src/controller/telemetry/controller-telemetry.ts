import type { Counter, Histogram, Meter } from '@opentelemetry/api'
import type { Logger } from '../../telemetry/logger.ts'
import type { ShedOutcome, ShedRequest } from '../fleet/shed-client.ts'
import type { ApiCall, ApiObserver, WatchEnd } from '../kube/api-call.ts'
import type { CarryOutObserver } from '../reconcile/carry-out.ts'
import type { RuntimeObserver } from '../runtime/runtime-observer.ts'

const SECONDS = {
  advice: { explicitBucketBoundaries: [0.005, 0.02, 0.1, 0.5, 2, 10, 30] },
  unit: 's',
}

/** Metrics and log lines of what the controller does. */
export class ControllerTelemetry implements RuntimeObserver, ApiObserver, CarryOutObserver {
  readonly #logger: Logger
  readonly #reconciles: Counter
  readonly #reconcileTime: Histogram
  readonly #requests: Counter
  readonly #requestTime: Histogram
  readonly #lists: Counter
  readonly #watchEnds: Counter
  readonly #sheds: Counter

  constructor(meter: Meter, logger: Logger) {
    this.#logger = logger
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
    this.#logger.warn({ fleet: key, err: error, retryIn: Math.round(delay) }, 'reconcile failed')
  }

  listed(kind: string): void {
    this.#lists.add(1, { kind })
  }

  listOrWatchFailed(kind: string, error: unknown): void {
    this.#logger.warn({ kind, err: error }, 'objects cannot be followed')
  }

  handlerFailed(kind: string, error: unknown): void {
    this.#logger.error({ kind, err: error }, 'a change could not be handled')
  }

  electionFailed(error: unknown): void {
    this.#logger.warn({ err: error }, 'the lease could not be read or written')
  }

  eventFailed(error: unknown): void {
    this.#logger.warn({ err: error }, 'an event could not be written')
  }

  answered(call: ApiCall, status: number | undefined, duration: number): void {
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
    this.#logger.info({ fleet, replicas }, 'scaled')
  }

  shed(fleet: string, pod: string, { count, over }: ShedRequest, outcome: ShedOutcome): void {
    this.#sheds.add(count, { result: outcome.isDone ? 'done' : outcome.reason })
    if (outcome.isDone) this.#logger.info({ fleet, pod, streams: outcome.shedding, over }, 'shed')
    else this.#logger.warn({ fleet, pod, streams: count, problem: outcome.detail }, 'shed refused')
  }

  refused(fleet: string, message: string): void {
    this.#logger.warn({ fleet, problem: message }, 'the API server refuses part of a plan')
  }

  costFailed(pod: string, error: unknown): void {
    this.#logger.warn({ pod, err: error }, 'the deletion cost of a pod could not be written')
  }
}
