import { readMeasuredFigures } from '../bench/measured-figures.ts'
import { readRecordedSimulation } from '../simulation/report/recorded-simulation.ts'
import { rolloutCost } from '../simulation/sizing/rollout-cost.ts'
import { code, table } from '../reporting/markdown.ts'
import {
  DEFAULTS,
  HEAD_ROOM,
  LIMITS,
  MODEL,
  OPENING,
  RATCHET,
  REBALANCE,
  ROLLOUT,
  ROLLOUT_SIMULATED,
  SHRINKING,
  SIZING,
  STABILIZATION,
} from './scaling-text.ts'

/** The page about the number of pods. Its figures are those that a simulation and the benchmarks have recorded. */
export function renderScaling(): string {
  const { clients, seed, verdicts, sweeps } = readRecordedSimulation()
  const sweep = (name: string) => fromRows(sweeps[name])
  return [
    OPENING,
    MODEL,
    `The figures below are from ${code('npm run simulate -- --sweep --record')}, which renews them:\n` +
      `${clients.toLocaleString('en')} subscribers at the start of a scenario, seed ${seed}. In the tables of defaults ` +
      'each\nfigure is the median of three seeds, and a star marks the default.',
    fromRows(verdicts),
    DEFAULTS,
    `${HEAD_ROOM}\n\n${sweep('headRoom')}`,
    `${REBALANCE}\n\n${sweep('rebalance')}`,
    `${STABILIZATION}\n\n${sweep('stabilization')}`,
    `${SHRINKING}\n\n${sweep('shrinking')}`,
    `${ROLLOUT}\n\n${renderRolloutCosts()}\n\n${ROLLOUT_SIMULATED}\n\n${sweep('rollout')}\n\n${RATCHET}`,
    `${SIZING}\n\n${renderMeasured()}`,
    LIMITS,
  ].join('\n\n')
}

function fromRows(rows: readonly (readonly string[])[] = []): string {
  const [head = [], ...others] = rows
  return table(head, others)
}

function renderRolloutCosts(): string {
  const surges = [1, 0.25, 0.5]
  const rows = [3, 8, 20, 100].map((pods) => [
    String(pods),
    ...surges.map((surge) => {
      const { reconnects, peak } = rolloutCost(pods, surge < 1 ? Math.ceil(surge * pods) : surge)
      return `${reconnects.toFixed(2)}, ${peak.toFixed(1)}×`
    }),
  ])
  return table(['pods', 'one at a time', '25 %', '50 %'], rows)
}

function renderMeasured(): string {
  const rows = Object.values(readMeasuredFigures()).flatMap(({ command, machine, figures }) =>
    Object.entries(figures).map(([name, value]) => [
      code(name),
      String(value),
      code(command),
      machine,
    ]),
  )
  return table(['figure', 'value', 'measured by', 'on'], rows)
}
