/** Measures what metrics and traces cost, in one run and in turns: `npm run bench:telemetry`. */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { LoadProcess } from '../load-process.ts'
import { assertMeasurable, readMachine } from '../machine.ts'
import { measureFanOut } from '../measure-fan-out.ts'
import { measureIdle } from '../measure-idle.ts'
import type { Contender } from '../measured-server.ts'
import { FULL_PLAN } from '../measurement-plan.ts'
import { PinnedProcess } from '../pinned-process.ts'
import { findFreePort } from '../server-process.ts'
import { spreadOf } from '../spread.ts'
import { formatTable } from '../../reporting/text-table.ts'
import { variants } from './variants.ts'

/** What is measured of a variant in each round. */
interface Cost {
  readonly paced: number
  readonly saturated: number
  readonly heap: number
  readonly connect: number
}

const USAGE = `Usage: npm run bench:telemetry -- [--rounds N]

Compares the service without telemetry, with metrics, with 1 % of publishes traced, and with all traced: deliveries
per CPU-second, heap of idle streams, cost of opening one. Nine rounds by default, some ten minutes.
`

const FIGURES: readonly { name: string; digits: number; read: (cost: Cost) => number }[] = [
  {
    name: `deliveries per CPU-second at ${FULL_PLAN.rate} events/s, thousand`,
    digits: 1,
    read: ({ paced }) => paced / 1e3,
  },
  {
    name: 'deliveries per CPU-second, saturated, thousand',
    digits: 0,
    read: ({ saturated }) => saturated / 1e3,
  },
  { name: 'JS heap per idle stream, KB', digits: 2, read: ({ heap }) => heap / 1e3 },
  { name: 'CPU to open a stream, µs', digits: 0, read: ({ connect }) => connect },
]

process.on('SIGINT', () => process.exit(130))
process.on('SIGTERM', () => process.exit(143))
const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, help: { type: 'boolean', short: 'h' } },
})
if (values.help === true) process.stdout.write(USAGE)
else process.stdout.write(await compare(Number(values.rounds)))
process.exit(0)

async function compare(rounds: number): Promise<string> {
  const machine = readMachine()
  assertMeasurable(machine)
  const port = await findFreePort()
  await using _collector = new PinnedProcess('the collector', 1, [
    pathOf('collector.ts'),
    String(port),
  ])
  await using load = new LoadProcess()
  const contenders = variants(port)
  const costs = new Map<Contender, Cost[]>(contenders.map((contender) => [contender, []]))
  for (let round = 0; round < rounds; round++) {
    // Another one begins each round, so that a drift of the machine is shared.
    const order = contenders.map((_, index) => contenders[(index + round) % contenders.length]!)
    for (const contender of order) {
      process.stderr.write(`round ${round + 1} of ${rounds}, ${contender.name}\n`)
      costs.get(contender)!.push(await measure(contender, load))
    }
  }
  const { cores, model, node } = machine
  return `${cores} cores (${model}), Node ${node}; medians of ${rounds} rounds with (min–max)\n\n${report(contenders, costs)}`
}

async function measure(contender: Contender, load: LoadProcess): Promise<Cost> {
  const { paced, saturated } = await measureFanOut(contender, load, FULL_PLAN)
  const { heap, connect } = await measureIdle(contender, load, FULL_PLAN)
  return {
    paced: paced.deliveriesPerCpuSecond,
    saturated: saturated.deliveriesPerCpuSecond,
    heap,
    connect,
  }
}

function report(
  contenders: readonly [Contender, ...Contender[]],
  costs: ReadonlyMap<Contender, readonly Cost[]>,
): string {
  const base = costs.get(contenders[0])!
  const tables = FIGURES.map(({ name, digits, read }) => {
    const rows = contenders.map((contender) => {
      const own = costs.get(contender)!
      const ratios = own.map((cost, round) => read(cost) / read(base[round]!))
      return [contender.name, format(own.map(read), digits), format(ratios, 3)]
    })
    return formatTable([[name, 'median (min–max)', '÷ no telemetry, same round'], ...rows])
  })
  return tables.join('\n')
}

function format(figures: readonly number[], digits: number): string {
  const { median, min, max } = spreadOf(figures)
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url))
}
