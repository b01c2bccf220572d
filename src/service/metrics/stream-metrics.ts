import type { Histogram, Meter } from '@opentelemetry/api'
import { CLOSED_BY, type CloseReason, type StreamRecord } from '../../hub/hub-observer.ts'
import type { Gap, GapReason } from '../../schema/system-events.ts'
import type { ServiceObserver } from '../observe-all.ts'
import { LabelSets } from './label-sets.ts'
import { CLOSE_REASONS, GAP_REASONS, RESUMES } from './label-values.ts'
import { makeHistogram } from './metric.ts'
import { METRICS } from './metrics-table.ts'
import { Tally } from './tally.ts'

/** Counts streams, and measures how long they take to open and stay open. */
export class StreamMetrics implements ServiceObserver {
  readonly #opened: Tally
  readonly #connectDuration: Histogram
  readonly #closed: Tally
  readonly #duration: Histogram
  readonly #gaps: Tally
  readonly #failures: Tally
  readonly #resumes = new LabelSets<StreamRecord['resume']>((resume) => ({ resume }), RESUMES)
  readonly #closings = new LabelSets<CloseReason>(
    (reason) => ({ reason, by: CLOSED_BY[reason] }),
    CLOSE_REASONS,
  )
  readonly #closeReasons = new LabelSets<CloseReason>((reason) => ({ reason }))
  readonly #gapReasons = new LabelSets<GapReason>((reason) => ({ reason }), GAP_REASONS)

  /** `failures` counts the streams that fail before they are open. */
  constructor(meter: Meter, failures: Tally) {
    this.#failures = failures
    this.#opened = new Tally(meter, METRICS.streamsOpened, this.#resumes.all)
    this.#connectDuration = makeHistogram(meter, METRICS.connectDuration)
    this.#closed = new Tally(meter, METRICS.streamsClosed, this.#closings.all)
    this.#duration = makeHistogram(meter, METRICS.streamDuration)
    this.#gaps = new Tally(meter, METRICS.gaps, this.#gapReasons.all)
  }

  opened({ resume, openedAt = performance.now(), request }: StreamRecord): void {
    const labels = this.#resumes.of(resume)
    this.#opened.add(1, labels)
    this.#connectDuration.record((openedAt - request.requestedAt) / 1_000, labels)
  }

  gapped(_stream: StreamRecord, gaps: readonly Gap[]): void {
    for (const { reason } of gaps) this.#gaps.add(1, this.#gapReasons.of(reason))
  }

  closed(stream: StreamRecord, reason: CloseReason): void {
    if (stream.openedAt === undefined) {
      if (reason === 'fault') this.#failures.add(1)
      return
    }
    this.#closed.add(1, this.#closings.of(reason))
    const seconds = (performance.now() - stream.openedAt) / 1_000
    this.#duration.record(seconds, this.#closeReasons.of(reason))
  }
}
