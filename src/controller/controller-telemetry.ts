import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Counter, Histogram, Meter } from '@opentelemetry/api'
import type { Logger } from '../telemetry/logger.ts'
import type { ShedOutcome, ShedRequest } from './fleet/shed-client.ts'
import type { ApiCall, ApiObserver, WatchEnd } from './kube/api-call.ts'
import type { CarryOutObserver } from './reconcile/carry-out.ts'
import type { RuntimeObserver } from './runtime/runtime-observer.ts'

/** What is read when metrics are asked for. */
export interface ControllerGauges {
  readonly isLeader: () => boolean
  readonly queueDepth: () => number
  /** Milliseconds since the API server last served each kind. */
  readonly silences: () => ReadonlyMap<string, number>
  readonly fleets: () => readonly FleetGauges[]
}

export interface FleetGauges {
  readonly namespace: string
  readonly name: string
  /** Undefined while nobody knows. */
  readonly subscribers: number | undefined
  readonly silentPods: number
}

const SECONDS = {
  advice: { explicitBucketBoundaries: [0.005, 0.02, 0.1, 0.5, 2, 10, 30] },
  unit: 's',
}

/** Metrics and log lines of the controller. */
export class ControllerTelemetry implements RuntimeObserver, ApiObserver, CarryOutObserver {
  readonly #meter: Meter
  readonly #logger: Logger
  readonly #delay = monitorEventLoopDelay()
  readonly #reconciles: Counter
  readonly #reconcileTime: Histogram
  readonly #requests: Counter
  readonly #requestTime: Histogram
  readonly #lists: Counter
  readonly #watchEnds: Counter
  readonly #sheds: Counter

  constructor(meter: Meter, logger: Logger) {
    this.#meter = meter
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

  /** Reads these whenever metrics are asked for. */
  observe(gauges: ControllerGauges): void {
    const gauge = (name: string, description: string) =>
      this.#meter.createObservableGauge(`runnel_controller_${name}`, { description })
    gauge('leader', '1 while this replica leads.').addCallback((result) => {
      result.observe(Number(gauges.isLeader()))
    })
    gauge('queue_depth', 'Fleets that wait for a look.').addCallback((result) => {
      result.observe(gauges.queueDepth())
    })
    gauge('watch_silence_seconds', 'Time since the API server last served a kind.').addCallback(
      (result) => {
        for (const [kind, silence] of gauges.silences()) result.observe(silence / 1_000, { kind })
      },
    )
    gauge('fleet_subscribers', 'Streams of a fleet; absent while unknown.').addCallback(
      (result) => {
        for (const { namespace, name, subscribers } of gauges.fleets()) {
          if (subscribers !== undefined) result.observe(subscribers, { namespace, name })
        }
      },
    )
    gauge('fleet_silent_pods', 'Pods of a fleet that do not answer.').addCallback((result) => {
      for (const { namespace, name, silentPods } of gauges.fleets()) {
        result.observe(silentPods, { namespace, name })
      }
    })
    this.#delay.enable()
    gauge(
      'event_loop_delay_seconds',
      'Longest delay since metrics were last read; it delays the lease.',
    ).addCallback((result) => {
      result.observe(this.#delay.max / 1e9)
      this.#delay.reset()
    })
  }

  close(): void {
    this.#delay.disable()
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

  costFailed(pod: string, error: unknown): void {
    this.#logger.warn({ pod, err: error }, 'the deletion cost of a pod could not be written')
  }
}
