import { availableParallelism } from 'node:os'
import type { ParseArgsOptionsConfig } from 'node:util'
import type { Address } from './driver/commands.ts'
import { Flags } from './flags.ts'
import { ALL_SCENARIOS, DEFAULT_SCENARIO } from './scenarios/all-scenarios.ts'
import type { Amounts, Scenario } from './scenarios/scenario.ts'
import type { TargetChoice } from './target/choose-target.ts'

/** Stamp and number of an event take up to so many bytes of its data. */
const LEAST_BYTES = 40

const FLAGS: ParseArgsOptionsConfig = {
  target: { type: 'string' },
  url: { type: 'string' },
  'publish-url': { type: 'string' },
  'admin-url': { type: 'string', multiple: true },
  header: { type: 'string', multiple: true },
  dialect: { type: 'string' },
  subscribers: { type: 'string' },
  channels: { type: 'string' },
  rate: { type: 'string' },
  seconds: { type: 'string' },
  bytes: { type: 'string' },
  drivers: { type: 'string' },
  out: { type: 'string' },
  baseline: { type: 'string' },
  json: { type: 'boolean' },
  list: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
}

export interface Options {
  readonly scenario: Scenario
  readonly amounts: Amounts
  readonly target: TargetChoice
  /** Those with subscribers. */
  readonly drivers: number
  /** A folder. */
  readonly out: string
  /** The path of an earlier report. */
  readonly baseline: string | undefined
  readonly isJson: boolean
}

export type Request =
  | { readonly kind: 'help' | 'list' }
  | { readonly kind: 'run'; readonly options: Options }
  /** Sentences, one for each mistake. */
  | { readonly kind: 'refused'; readonly problems: readonly string[] }

export function parseCommandLine(args: readonly string[]): Request {
  const flags = new Flags(args, FLAGS)
  if (flags.isOn('help')) return { kind: 'help' }
  const scenario = readScenario(flags)
  const options: Options = {
    scenario,
    amounts: readAmounts(flags, scenario.defaults),
    target: readTarget(flags),
    drivers: flags.number('drivers', 1, 256) ?? Math.max(1, availableParallelism() - 1),
    out: flags.text('out') ?? 'build/loadtest',
    baseline: flags.text('baseline'),
    isJson: flags.isOn('json'),
  }
  const { problems } = flags
  if (problems.length > 0) return { kind: 'refused', problems }
  return flags.isOn('list') ? { kind: 'list' } : { kind: 'run', options }
}

function readScenario({ positionals, problems }: Flags): Scenario {
  const [name = DEFAULT_SCENARIO.name, ...more] = positionals
  if (more.length > 0) problems.push(`expected one scenario, got ${positionals.join(' ')}`)
  const scenario = ALL_SCENARIOS.find((each) => each.name === name)
  if (scenario === undefined) {
    const names = ALL_SCENARIOS.map((each) => each.name).join(', ')
    problems.push(`expected one of the scenarios ${names}, got ${name}`)
  }
  return scenario ?? DEFAULT_SCENARIO
}

function readAmounts(flags: Flags, defaults: Amounts): Amounts {
  return {
    subscribers: flags.number('subscribers', 1, 1_000_000) ?? defaults.subscribers,
    channels: flags.number('channels', 1, 100_000) ?? defaults.channels,
    rate: flags.number('rate', 0.1, 1_000_000, false) ?? defaults.rate,
    seconds: flags.number('seconds', 1, 86_400) ?? defaults.seconds,
    bytes: flags.number('bytes', LEAST_BYTES, 60_000) ?? defaults.bytes,
  }
}

function readTarget(flags: Flags): TargetChoice {
  const name = flags.oneOf('target', ['auto', 'cluster', 'local'])
  const url = flags.url('url')
  const publishUrl = flags.url('publish-url') ?? url
  const dialect = flags.oneOf('dialect', ['runnel', 'plain', 'nchan', 'mercure']) ?? 'runnel'
  const adminUrls = flags.urls('admin-url')
  const headers = readHeaders(flags)
  if (flags.text('url') === undefined) {
    const others = ['publish-url', 'admin-url', 'header', 'dialect']
    const given = others.filter((other) => flags.text(other) !== undefined)
    if (given.length > 0) {
      flags.problems.push(`expected --url beside ${given.map((each) => `--${each}`).join(', ')}`)
    }
  } else if (name !== undefined) flags.problems.push('expected either --target or --url')
  if (url === undefined || publishUrl === undefined) return { kind: name ?? 'auto' }
  const address: Address = {
    dialect,
    url,
    publishUrl,
    headers,
    publishHeaders: {},
    connectTo: [],
  }
  return { kind: 'url', address, adminUrls }
}

/** No message repeats a header: its value may be a secret. */
function readHeaders(flags: Flags): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const [index, text] of flags.texts('header').entries()) {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\t\x20-\x7e]*)$/.exec(text) ?? []
    if (name === undefined || value === undefined) {
      flags.problems.push(
        `expected 'Name: value' in ASCII for --header, number ${index + 1} is not`,
      )
    } else headers[name] = value
  }
  return headers
}
