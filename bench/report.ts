import type { Figure } from './figures.ts'
import type { Machine } from './machine.ts'
import type { Plan } from './measurement-plan.ts'
import { countFallenBehind, type Round } from './measure-round.ts'
import type { Spread } from './spread.ts'
import { formatTable } from '../reporting/text-table.ts'

/** The figures as text, with what is needed to judge them. */
export function formatReport(
  machine: Machine,
  plan: Plan,
  rounds: readonly Round[],
  figures: readonly Figure[],
): string {
  const rows = figures.map(({ name, unit, digits, aim, service, baseline, ratio }) => [
    `${name}, ${unit}`,
    formatSpread(service, digits),
    formatSpread(baseline, digits),
    formatSpread(ratio, 2),
    aim,
  ])
  const table = formatTable([['', 'service', 'baseline', 'service ÷ baseline', 'aim'], ...rows])
  return `${formatMachine(machine)}\n${formatPlan(plan)}\n${formatFallenBehind(rounds, plan)}\n${table}`
}

function formatMachine({ cores, model, kernel, node, loadAverage }: Machine): string {
  return `${cores} cores (${model}), ${kernel}, Node ${node}, load average ${loadAverage.toFixed(1)}`
}

function formatPlan({ rounds, subscribers, idleStreams }: Plan): string {
  return (
    `${subscribers} subscribers of one channel, 128-byte events, ${idleStreams} idle streams; ` +
    `medians of ${rounds} interleaved rounds, with (min–max)`
  )
}

function formatFallenBehind(rounds: readonly Round[], plan: Plan): string {
  const count = countFallenBehind(rounds, plan)
  if (count === 0) return ''
  return (
    `In ${count} of ${rounds.length} rounds a server fell behind ${plan.rate} events/s, so nothing is said of that ` +
    'rate: run this on a machine with nothing else to do.\n'
  )
}

function formatSpread({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`
}
