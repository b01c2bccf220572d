import type { Phase, Result, SecondSample } from '../result.ts'
import type { Plot, PlotLine } from './plot.ts'
import { serverPlots } from './server-plots.ts'

/** The plots of a result over the seconds of the run. */
export interface TimePlots {
  readonly seconds: readonly number[]
  readonly phases: readonly Phase[]
  readonly faults: readonly Phase[]
  readonly plots: readonly Plot[]
}

/** Plots without a single value are left out: not every target tells of its servers. */
export function timePlots({ seriesOfSeconds, phases, faults }: Result): TimePlots {
  const plots = [...loadPlots(seriesOfSeconds), ...serverPlots(seriesOfSeconds)]
  return {
    seconds: seriesOfSeconds.map(({ second }) => second),
    phases,
    faults,
    plots: plots
      .map((plot) => ({ ...plot, lines: plot.lines.filter(hasValues).map(shorten) }))
      .filter(({ lines }) => lines.length > 0),
  }
}

function loadPlots(samples: readonly SecondSample[]): readonly Plot[] {
  const column = (
    label: string,
    valueOf: (sample: SecondSample) => number | undefined,
  ): PlotLine => ({
    label,
    values: samples.map((sample) => valueOf(sample) ?? null),
  })
  return [
    {
      title: 'Subscribers',
      unit: '',
      lines: [column('open', ({ open }) => open), column('waiting', ({ waiting }) => waiting)],
    },
    {
      title: 'Events a second',
      unit: '',
      lines: [
        column('deliveries', ({ deliveries }) => deliveries),
        { ...column('publishes', ({ published }) => published), isRight: true },
      ],
    },
    {
      title: 'Delivery time, from when an event was due',
      unit: 'ms',
      isLogarithmic: true,
      lines: [
        column('p50', ({ deliveryP50 }) => deliveryP50),
        column('p99', ({ deliveryP99 }) => deliveryP99),
        column('max', ({ deliveryMax }) => deliveryMax),
      ],
    },
    {
      title: 'Disturbances a second',
      unit: '',
      lines: [
        column('reconnects', ({ reconnects }) => reconnects),
        column('cuts', ({ cuts }) => cuts),
        column('refusals', ({ refusals }) => refusals),
        column('gaps', ({ gaps }) => gaps),
      ],
    },
  ]
}

function hasValues({ values }: PlotLine): boolean {
  return values.some((value) => value !== null)
}

/** A long run of many servers has millions of values: digits that no plot shows would double the page. */
function shorten(line: PlotLine): PlotLine {
  const values = line.values.map((value) =>
    value === null || Number.isInteger(value) ? value : Number(value.toPrecision(4)),
  )
  return { ...line, values }
}
