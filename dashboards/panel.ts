/** A row of the dashboard, with what an operator asks there as its title. */
export interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

export interface Panel {
  readonly title: string
  /** What it means, and what to think of it. */
  readonly doc: string
  /** A unit of Grafana. */
  readonly unit: 'short' | 'percentunit' | 's' | 'bytes' | 'Bps' | 'cps'
  /** A number, or lines over time. */
  readonly kind: 'stat' | 'lines'
  readonly queries: readonly Query[]
  /** From where on a number is bad; below a number, if `isBadBelow`. */
  readonly warnFrom?: number
  readonly badFrom?: number
  readonly isBadBelow?: boolean
}

/** An expression of PromQL, and the name of its lines in Grafana's form, such as `{{pod}}`. */
export type Query = readonly [expression: string, legend: string]

/** Columns of 24 that a panel takes. */
export const WIDTHS: Readonly<Record<Panel['kind'], number>> = { stat: 4, lines: 8 }

export const HEIGHTS: Readonly<Record<Panel['kind'], number>> = { stat: 4, lines: 8 }
