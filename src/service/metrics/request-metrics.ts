import type { Histogram, Meter } from '@opentelemetry/api'
import type {
  AnswerRecord,
  PollRecord,
  PublishRecord,
  Refused,
  RefusalReason,
} from '../../http/http-observer.ts'
import type { ServiceObserver } from '../observe-all.ts'
import { LabelSets } from './label-sets.ts'
import {
  OTHER,
  PUBLISH_OUTCOMES,
  REFUSAL_REASONS,
  REFUSED,
  ROUTES,
  type PollOutcome,
  type PublishOutcome,
} from './label-values.ts'
import { METHODS } from '../../http/http-observer.ts'
import { makeHistogram } from './metric.ts'
import { METRICS } from './metrics-table.ts'
import { Tally } from './tally.ts'

type Refusal = `${Refused} ${RefusalReason}`
const REFUSALS = REFUSED.flatMap((what) =>
  REFUSAL_REASONS.map((reason): Refusal => `${what} ${reason}`),
)

/** Counts and measures publishes, polls and all other requests but streams. */
export class RequestMetrics implements ServiceObserver {
  readonly #refused: Tally
  readonly #dropped: Tally
  readonly #published: Tally
  readonly #appendDuration: Histogram
  readonly #pollWait: Histogram
  readonly #requestDuration: Histogram
  readonly #failures: Tally
  readonly #refusals = new LabelSets<Refusal>((refusal) => {
    const [what, reason] = refusal.split(' ')
    return { what, reason }
  }, REFUSALS)
  readonly #publishes = new LabelSets<PublishOutcome>((outcome) => ({ outcome }), PUBLISH_OUTCOMES)
  readonly #polls = new LabelSets<PollOutcome>((outcome) => ({ outcome }))
  readonly #answers = new LabelSets<string>((answer) => {
    const [route, method, status] = answer.split(' ')
    return { route, method, status }
  })

  constructor(meter: Meter, failures: Tally) {
    this.#failures = failures
    this.#refused = new Tally(meter, METRICS.refused, this.#refusals.all)
    this.#dropped = new Tally(meter, METRICS.connectionsDropped)
    this.#published = new Tally(meter, METRICS.publishedEvents, this.#publishes.all)
    this.#appendDuration = makeHistogram(meter, METRICS.appendDuration)
    this.#pollWait = makeHistogram(meter, METRICS.pollWait)
    this.#requestDuration = makeHistogram(meter, METRICS.httpRequestDuration)
  }

  refused(what: Refused, reason: RefusalReason): void {
    this.#refused.add(1, this.#refusals.of(`${what} ${reason}`))
  }

  dropped(count: number): void {
    this.#dropped.add(count)
  }

  published({ count, outcome, duration }: PublishRecord): void {
    const isRepeated = outcome.kind === 'accepted' && outcome.repeated
    const labels = this.#publishes.of(isRepeated ? 'repeated' : outcome.kind)
    this.#published.add(count, labels)
    this.#appendDuration.record(duration / 1_000, labels)
  }

  polled({ request, outcome }: PollRecord): void {
    const wait = (performance.now() - request.requestedAt) / 1_000
    this.#pollWait.record(wait, this.#polls.of(describePoll(outcome)))
  }

  answered({ route, method, status, duration }: AnswerRecord): void {
    const labels = this.#answers.of(`${oneOf(ROUTES, route)} ${oneOf(METHODS, method)} ${status}`)
    this.#requestDuration.record(duration / 1_000, labels)
  }

  failed(): void {
    this.#failures.add(1)
  }
}

function describePoll(outcome: PollRecord['outcome']): PollOutcome {
  if (outcome.kind === 'failed') return 'failed'
  return outcome.events + outcome.gaps > 0 ? 'answered' : 'empty'
}

function oneOf(values: readonly string[], value: string | undefined): string {
  return value !== undefined && values.includes(value) ? value : OTHER
}
