import type { Plan } from './measurement-plan.ts'
import { countFallenBehind, type Measured, type Round } from './measure-round.ts'
import { spreadOf, type Spread } from './spread.ts'

/** One line of the table. */
export interface Figure {
  readonly name: string
  readonly unit: string
  readonly digits: number
  /** The aim of the project, which is printed but not enforced. */
  readonly aim: string
  readonly service: Spread
  readonly baseline: Spread
  /** Service ÷ baseline of the same round, over all rounds. */
  readonly ratio: Spread
}

type Definition = Pick<Figure, 'name' | 'unit' | 'digits' | 'aim'> & {
  readonly read: (measured: Measured) => number
}

/**
 * Leaves out the paced fan-out if a server fell behind in a single round of it: leaving out only that round would
 * be choosing among results.
 */
export function computeFigures(rounds: readonly Round[], plan: Plan): readonly Figure[] {
  const paced = countFallenBehind(rounds, plan) === 0 ? pacedDefinitions(plan) : []
  return [...paced, ...otherDefinitions(plan)].map(({ read, ...figure }) => ({
    ...figure,
    service: spreadOf(rounds.map(({ service }) => read(service))),
    baseline: spreadOf(rounds.map(({ baseline }) => read(baseline))),
    ratio: spreadOf(rounds.map(({ service, baseline }) => read(service) / read(baseline))),
  }))
}

function pacedDefinitions({ rate }: Plan): readonly Definition[] {
  const paced = `at ${rate} events/s`
  return [
    {
      name: `deliveries per CPU-second, ${paced}`,
      unit: 'thousand',
      digits: 0,
      aim: 'ratio ≥ 1.25',
      read: ({ fanOut }) => fanOut.paced.deliveriesPerCpuSecond / 1e3,
    },
    {
      name: `latency p50, ${paced}`,
      unit: 'ms',
      digits: 1,
      aim: '',
      read: ({ fanOut }) => fanOut.paced.p50,
    },
    {
      name: `latency p99, ${paced}`,
      unit: 'ms',
      digits: 1,
      aim: '',
      read: ({ fanOut }) => fanOut.paced.p99,
    },
  ]
}

function otherDefinitions({ inFlight }: Plan): readonly Definition[] {
  return [
    {
      name: `deliveries per CPU-second, saturated, ${inFlight} in flight`,
      unit: 'thousand',
      digits: 0,
      aim: 'ratio ≥ 1.25',
      read: ({ fanOut }) => fanOut.saturated.deliveriesPerCpuSecond / 1e3,
    },
    {
      name: 'deliveries per second, saturated',
      unit: 'thousand',
      digits: 0,
      aim: '',
      read: ({ fanOut }) => fanOut.saturated.deliveries / fanOut.saturated.seconds / 1e3,
    },
    {
      name: 'share of its core, saturated',
      unit: '%',
      digits: 0,
      aim: '',
      read: ({ fanOut }) => fanOut.saturated.coreUse * 100,
    },
    {
      name: 'latency p50, saturated',
      unit: 'ms',
      digits: 1,
      aim: '',
      read: ({ fanOut }) => fanOut.saturated.p50,
    },
    {
      name: 'latency p99, saturated',
      unit: 'ms',
      digits: 1,
      aim: '',
      read: ({ fanOut }) => fanOut.saturated.p99,
    },
    {
      name: 'JS heap per idle stream',
      unit: 'KB',
      digits: 2,
      aim: '≤ 2.5 KB',
      read: ({ idle }) => idle.heap / 1e3,
    },
    {
      name: 'RSS per idle stream',
      unit: 'KB',
      digits: 1,
      aim: '',
      read: ({ idle }) => idle.rss / 1e3,
    },
    {
      name: 'CPU to open a stream',
      unit: 'µs',
      digits: 0,
      aim: '',
      read: ({ idle }) => idle.connect,
    },
  ]
}
