import type { Machine } from '../../loadtest/report/machine.ts'
import type { Comparison, Figure, Values } from '../rows/row.ts'

/** All that a run has measured, as it is written to a file. */
export interface Result {
  /** Of the file's form. */
  readonly version: 1
  /** How to do it again. */
  readonly command: string
  /** RFC 3339. */
  readonly startedAt: string
  readonly machine: Machine
  readonly rounds: number
  /** Measured too briefly for figures worth quoting. */
  readonly isSmokeTest: boolean
  readonly versions: Readonly<Record<string, string>>
  /** Contenders that this machine cannot build or start, with the reason. */
  readonly missing: readonly Missing[]
  readonly rows: readonly MeasuredRow[]
}

export interface Missing {
  readonly contender: string
  readonly reason: string
}

export interface MeasuredRow {
  readonly name: string
  readonly title: string
  readonly note?: string | undefined
  readonly comparison: Comparison
  readonly figures: readonly Figure[]
  readonly entries: readonly Entry[]
}

/** What a row says of a contender. */
export interface Entry {
  readonly contender: string
  readonly title: string
  /** One for each round. */
  readonly values: readonly Values[]
  /**
   * Why it has no figures, from the first round that failed: without that round the others would be a choice among
   * results.
   */
  readonly refused: string | undefined
}
