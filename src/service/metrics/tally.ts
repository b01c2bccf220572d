import type { Attributes, Meter } from '@opentelemetry/api'
import type { Metric } from './metric.ts'

const NO_LABELS: Attributes = {}

/**
 * A counter that OpenTelemetry reads when somebody asks for it. To count adds to a number: the counter of the SDK looks
 * its labels up by their text each time, which a stream that opens would feel.
 */
export class Tally {
  readonly #counts: Map<Attributes, number>

  /** The `known` sets of labels are there from the start, at 0. */
  constructor(
    meter: Meter,
    { name, unit, doc }: Metric,
    known: readonly Attributes[] = [NO_LABELS],
  ) {
    this.#counts = new Map(known.map((labels) => [labels, 0]))
    meter.createObservableCounter(name, { unit, description: doc }).addCallback((result) => {
      for (const [labels, count] of this.#counts) result.observe(count, labels)
    })
  }

  /** `labels` is one of `LabelSets`, which makes each set once: sets are told apart as objects. */
  add(count: number, labels = NO_LABELS): void {
    this.#counts.set(labels, (this.#counts.get(labels) ?? 0) + count)
  }
}
