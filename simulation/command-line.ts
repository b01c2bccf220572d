import { didYouMean } from '../src/lib/nearest-name.ts'
import { parseFlags } from '../src/lib/parse-flags.ts'
import { readWhole } from './read-whole.ts'
import { SCENARIOS } from './scenarios/all-scenarios.ts'
import type { Scenario } from './scenarios/scenario.ts'

export const USAGE = `Usage: npm run simulate -- [options]
       npm run simulate -- size [options]

Runs the planner of the controller on fleets with thousands of simulated clients, and prints what comes
of it. The exit code is 1 if a threshold of a scenario is broken. The same seed gives the same figures.

  --scenario NAME  only this one; may be repeated. One of
${wrap(SCENARIOS.map(({ name }) => name))}
  --clients N      subscribers at the start (6000)
  --seed N         of the random numbers (1)
  --out FILE       the report with plots (build/simulation.html)
  --json FILE      all figures and samples as well
  --sweep          also compare other values of the defaults of StreamCapacity; takes some minutes
  --record         with --sweep: write the figures to docs/simulation.json, from which docs/scaling.md is made
  --help           print this

\`size\` computes how large a fleet has to be: npm run simulate -- size --help
`

export interface Options {
  readonly scenarios: readonly Scenario[]
  readonly clients: number
  readonly seed: number
  readonly out: string
  readonly json: string | undefined
  readonly isSweep: boolean
  readonly isRecord: boolean
  readonly isHelp: boolean
}

/** Throws an error with a sentence for what it cannot use. */
export function parseCommandLine(args: readonly string[]): Options {
  const { values } = parseFlags({
    args: [...args],
    options: {
      scenario: { type: 'string', multiple: true },
      clients: { type: 'string', default: '6000' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string', default: 'build/simulation.html' },
      json: { type: 'string' },
      sweep: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.record && !values.sweep) throw new Error('expected --sweep beside --record')
  return {
    scenarios: values.scenario?.map(findScenario) ?? SCENARIOS,
    clients: readWhole('--clients', values.clients, 1, 200_000),
    seed: readWhole('--seed', values.seed, 0, 2 ** 31),
    out: values.out,
    json: values.json,
    isSweep: values.sweep,
    isRecord: values.record,
    isHelp: values.help,
  }
}

function findScenario(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name)
  if (found !== undefined) return found
  const names = SCENARIOS.map((scenario) => scenario.name)
  throw new Error(
    `expected one of ${names.join(', ')} for --scenario, got ${name}${didYouMean(name, names)}`,
  )
}

function wrap(names: readonly string[]): string {
  const lines: string[] = []
  for (let at = 0; at < names.length; at += 5) {
    lines.push(`                   ${names.slice(at, at + 5).join(' ')}`)
  }
  return lines.join('\n')
}
