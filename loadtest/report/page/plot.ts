/** A line of a plot. `null` where nothing was measured. */
export interface PlotLine {
  readonly label: string
  readonly values: readonly (number | null)[]
  /** Measured by the axis at the right, in its own unit. */
  readonly isRight?: boolean
}

/** What the script of the page draws on one canvas. */
export interface Plot {
  readonly title: string
  readonly unit: string
  readonly isLogarithmic?: boolean
  readonly lines: readonly PlotLine[]
}
