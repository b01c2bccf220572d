import type { Amounts } from '../amounts.ts'
import type { Contender, Prepared } from '../contenders/contender.ts'

/** Something that is measured of each contender in its turn. */
export interface Row {
  /** For the command line. */
  readonly name: string
  /** What is done, as the heading of its figures. */
  readonly title: string
  /** What a reader must know to compare its figures, in a sentence or two. */
  readonly note?: string
  /** Of fresh processes, whatever was asked for: where a figure varies more between processes than within one. */
  readonly leastRounds?: number
  /** The first one is compared with the others, or the others with it. */
  readonly contenders: readonly Contender[]
  readonly comparison: Comparison
  readonly figures: readonly Figure[]
  /** Starts the contender and loads it. Throws if the figures would say nothing. */
  readonly measure: (prepared: Prepared, amounts: Amounts) => Promise<Values>
}

/** Which ratio is shown: of the first contender to each other one, or the reverse. */
export type Comparison = 'first ÷ other' | 'other ÷ first'

/** What is shown of each contender. */
export interface Figure {
  /** The key of its values. */
  readonly key: string
  readonly name: string
  readonly unit: string
  /** Digits after the point. */
  readonly digits: number
  readonly targets: readonly Target[]
}

/** An aim of the project. Shown, and not enforced. */
export interface Target {
  /** Of the line in the table. */
  readonly contender: string
  readonly of: 'value' | 'ratio'
  readonly atLeast?: number
  readonly atMost?: number
}

/** By the keys of figures. What cannot be measured of a contender is left out. */
export type Values = Readonly<Record<string, number>>
