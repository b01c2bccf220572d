import type { ServerSample } from '../../target/target.ts'
import type { Plot, PlotLine } from './plot.ts'
import type { SecondSample } from '../result.ts'

const MEBIBYTE = 2 ** 20

type Measure = (server: ServerSample) => number | undefined

/** A line for each server, by its name. */
export function serverPlots(samples: readonly SecondSample[]): readonly Plot[] {
  const names = [...new Set(samples.flatMap(({ fleet }) => fleet.servers.map(({ name }) => name)))]
  const shared = sharedPrefix(names)
  const eachServer = (draw: (name: string) => PlotLine['values']): readonly PlotLine[] =>
    names.map((name) => ({ label: name.slice(shared), values: draw(name) }))
  const gauges = (measure: Measure) => eachServer((name) => gauge(samples, name, measure))
  const rates = (measure: Measure) => eachServer((name) => percentOfTime(samples, name, measure))
  const replicas: PlotLine = {
    label: 'replicas',
    values: samples.map(({ fleet }) => fleet.replicas ?? null),
    isRight: true,
  }
  return [
    {
      title: 'Streams of each server',
      unit: '',
      lines: [...gauges(({ streams }) => streams), replicas],
    },
    { title: 'CPU of each server', unit: '% of a core', lines: rates(({ cpu }) => cpu) },
    { title: 'RSS of each server', unit: 'MiB', lines: gauges(({ rss }) => inMebibytes(rss)) },
    {
      title: 'JS heap of each server',
      unit: 'MiB',
      lines: gauges(({ heap }) => inMebibytes(heap)),
    },
    { title: 'Event loop delay, p99', unit: 'ms', lines: gauges(({ loopDelay }) => loopDelay) },
    { title: 'Garbage collection', unit: '% of the time', lines: rates(({ gc }) => gc) },
    {
      title: 'Descriptors of each server',
      unit: '',
      lines: gauges(({ descriptors }) => descriptors),
    },
  ]
}

function gauge(
  samples: readonly SecondSample[],
  name: string,
  measure: Measure,
): PlotLine['values'] {
  return samples.map((sample) => measured(sample, name, measure) ?? null)
}

/** Of a sum of seconds: what each interval added. A server that started anew counts from 0, which is no rate. */
function percentOfTime(
  samples: readonly SecondSample[],
  name: string,
  measure: Measure,
): PlotLine['values'] {
  return samples.map((sample, index) => {
    const previous = samples[index - 1]
    if (previous === undefined) return null
    const before = measured(previous, name, measure)
    const after = measured(sample, name, measure)
    if (before === undefined || after === undefined || after < before) return null
    return (100 * (after - before)) / (sample.second - previous.second)
  })
}

function measured({ fleet }: SecondSample, name: string, measure: Measure): number | undefined {
  const server = fleet.servers.find((each) => each.name === name)
  return server === undefined ? undefined : measure(server)
}

/** The length of what all names begin with, up to a dash: pods of one Deployment, which a legend has no room to repeat. */
function sharedPrefix([first = '', ...others]: readonly string[]): number {
  if (others.length === 0) return 0
  const ends = [...first.matchAll(/-/g)].map(({ index }) => index + 1)
  return ends.findLast((end) => others.every((name) => name.startsWith(first.slice(0, end)))) ?? 0
}

function inMebibytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / MEBIBYTE
}
