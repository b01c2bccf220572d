import type { EncodedHistogram, HistogramName, Reasons } from '../driver/tally.ts'
import type { Machine } from './machine.ts'
import type { Amounts, Thresholds } from '../scenarios/scenario.ts'
import type { FleetSample, TraceLink } from '../target/target.ts'
import type { Figures } from '../figures.ts'

/** One scenario's outcome, which is written as JSON and drawn as a page. */
export interface Result {
  readonly scenario: string
  /** `naive`: of the control that replays and repairs nothing, and is expected to lose events. */
  readonly variant: 'naive' | undefined
  readonly story: string
  readonly target: string
  readonly versions: Readonly<Record<string, string>>
  readonly amounts: Amounts
  /** RFC 3339. */
  readonly startedAt: string
  readonly seconds: number
  /** Why the run ended before its end; undefined if it did not. Figures are those so far. */
  readonly interrupted: string | undefined
  readonly figures: Figures
  readonly thresholds: Thresholds
  readonly verdicts: readonly Verdict[]
  readonly seriesOfSeconds: readonly SecondSample[]
  /** Of the whole run, for the distribution of times. */
  readonly histograms: Readonly<Partial<Record<HistogramName, EncodedHistogram>>>
  readonly phases: readonly Phase[]
  /** What was done to the target: the names of faults, each until the target said that it is done. */
  readonly faults: readonly Phase[]
  readonly notes: readonly string[]
  /** Why connections ended or failed. */
  readonly reasons: Reasons
  readonly examples: readonly string[]
  readonly trace: TraceLink | undefined
}

export interface Report {
  /** Of the file's form. */
  readonly version: 1
  readonly machine: Machine
  readonly results: readonly Result[]
}

export interface Verdict {
  readonly figure: keyof Figures
  readonly atMost: number
  /** Undefined: it was not measured, which fails. */
  readonly got: number | undefined
  readonly isMet: boolean
}

/** Seconds are those since the run's start. */
export interface Phase {
  readonly name: string
  readonly from: number
  readonly to: number
}

/** One second of the run, over all drivers and processes. Times are in ms. */
export interface SecondSample {
  readonly second: number
  readonly open: number
  readonly waiting: number
  readonly deliveries: number
  /** Events that were due to be published, and those that were accepted. */
  readonly due: number
  readonly published: number
  readonly reconnects: number
  readonly cuts: number
  readonly refusals: number
  readonly gaps: number
  /** Holes, duplicates and disorder that were found at once, and are still to be judged. */
  readonly findings: number
  readonly deliveryP50: number | undefined
  readonly deliveryP99: number | undefined
  readonly deliveryMax: number | undefined
  readonly fleet: FleetSample
}
