import type { Figures } from '../measure/figures.ts'

interface FigureText {
  readonly head: string
  /** Digits after the point. */
  readonly digits: number
  readonly unit: string
}

/** How tables name and show a figure. */
export const FIGURE_TEXTS: Readonly<Record<keyof Figures, FigureText>> = {
  peakLoadPercent: { head: 'peak load', digits: 0, unit: ' %' },
  refusalsPerClient: { head: 'refusals a client', digits: 2, unit: '' },
  failuresPerClient: { head: '503 a client', digits: 2, unit: '' },
  reconnectsPerClient: { head: 'reconnects a client', digits: 2, unit: '' },
  peakReconnectRate: { head: 'at most a second', digits: 0, unit: '' },
  secondsUntilBalanced: { head: 'balanced after', digits: 0, unit: ' s' },
  mostPods: { head: 'most pods', digits: 0, unit: '' },
  fewestPods: { head: 'fewest pods', digits: 0, unit: '' },
  lastPods: { head: 'pods in the end', digits: 0, unit: '' },
  resizes: { head: 'resizes', digits: 0, unit: '' },
  sparePodMinutes: { head: 'spare pod-minutes', digits: 0, unit: '' },
}

/** In the order of the table of verdicts. */
export const VERDICT_FIGURES: readonly (keyof Figures)[] = [
  'peakLoadPercent',
  'refusalsPerClient',
  'reconnectsPerClient',
  'peakReconnectRate',
  'secondsUntilBalanced',
  'fewestPods',
  'mostPods',
  'resizes',
  'sparePodMinutes',
]

/** `undefined` and `null` stand for what did not end. */
export function showFigure(name: keyof Figures, value: number | null | undefined): string {
  const { digits, unit } = FIGURE_TEXTS[name]
  return value === undefined || value === null ? 'never' : `${value.toFixed(digits)}${unit}`
}
