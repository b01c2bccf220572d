import { availableParallelism } from 'node:os'
import type { ParseArgsOptionsConfig } from 'node:util'
import { didYouMean } from '../src/lib/nearest-name.ts'
import { withoutCredentials } from '../src/lib/without-credentials.ts'
import type { Address } from './driver/commands.ts'
import { Flags } from './flags.ts'
import type { Options } from './run/load-test.ts'
import type { Plan } from './run/plan.ts'
import { ALL_SUITES, DEFAULT_NAME } from './scenarios/all-scenarios.ts'
import type { Amounts, Suite } from './scenarios/scenario.ts'

/** Stamp and number of an event take up to so many bytes of its data. */
const LEAST_BYTES = 40

const FLAGS: ParseArgsOptionsConfig = {
  target: { type: 'string' },
  url: { type: 'string' },
  'publish-url': { type: 'string' },
  'admin-url': { type: 'string', multiple: true },
  'admin-header': { type: 'string', multiple: true },
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
  keep: { type: 'boolean' },
  list: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
}

export type Request =
  | { readonly kind: 'help' | 'list' }
  | { readonly kind: 'run'; readonly options: Options }
  /** Sentences, one for each mistake. */
  | { readonly kind: 'refused'; readonly problems: readonly string[] }

export function parseCommandLine(args: readonly string[]): Request {
  const flags = new Flags(args, FLAGS)
  if (flags.isOn('help')) return { kind: 'help' }
  const options: Options = {
    plans: readPlans(flags),
    target: readTarget(flags),
    drivers: flags.number('drivers', 1, 256) ?? Math.max(1, availableParallelism() - 1),
    out: flags.text('out') ?? 'build/loadtest',
    baseline: flags.text('baseline'),
    isJson: flags.isOn('json'),
    keeps: flags.isOn('keep'),
  }
  const { problems } = flags
  if (problems.length > 0) return { kind: 'refused', problems }
  return flags.isOn('list') ? { kind: 'list' } : { kind: 'run', options }
}

function readPlans(flags: Flags): readonly Plan[] {
  const given = readAmounts(flags)
  const { scenarios, variants } = readSuite(flags)
  const { subscribers } = given
  for (const { name, leastSubscribers = 1 } of scenarios) {
    if (subscribers !== undefined && subscribers < leastSubscribers) {
      flags.problems.push(
        `expected at least ${leastSubscribers} --subscribers for ${name}, one of each kind, got ${subscribers}`,
      )
    }
  }
  return variants.flatMap((variant) =>
    scenarios.map((scenario) => ({
      scenario,
      variant,
      amounts: { ...scenario.defaults, ...given },
    })),
  )
}

function readSuite({ positionals, problems }: Flags): Pick<Suite, 'scenarios' | 'variants'> {
  const [name = DEFAULT_NAME, ...more] = positionals
  if (more.length > 0)
    problems.push(`expected one scenario, got ${positionals.map(withoutCredentials).join(' ')}`)
  const suite = ALL_SUITES.find((each) => each.name === name)
  if (suite !== undefined) return suite
  const names = ALL_SUITES.map((each) => each.name)
  problems.push(
    `expected one of the scenarios ${names.join(', ')}, got ${withoutCredentials(name)}${didYouMean(name, names)}`,
  )
  return { scenarios: [], variants: [] }
}

function readAmounts(flags: Flags): Partial<Amounts> {
  const amounts = {
    subscribers: flags.number('subscribers', 1, 1_000_000),
    channels: flags.number('channels', 1, 100_000),
    rate: flags.number('rate', 0.1, 1_000_000, false),
    seconds: flags.number('seconds', 1, 86_400),
    bytes: flags.number('bytes', LEAST_BYTES, 60_000),
  }
  const given = Object.entries(amounts).filter(([, amount]) => amount !== undefined)
  return Object.fromEntries(given)
}

function readTarget(flags: Flags): Options['target'] {
  const name = flags.oneOf('target', ['auto', 'cluster', 'local'])
  const url = flags.url('url')
  const publishUrl = flags.url('publish-url') ?? url
  const dialect = flags.oneOf('dialect', ['runnel', 'plain', 'nchan', 'mercure']) ?? 'runnel'
  const admin = { urls: flags.urls('admin-url'), headers: readHeaders(flags, 'admin-header') }
  const headers = readHeaders(flags, 'header')
  if (flags.text('url') === undefined) {
    const others = ['publish-url', 'admin-url', 'admin-header', 'header', 'dialect']
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
  return { kind: 'url', address, admin }
}

/** No message repeats a header: its value may be a secret. */
function readHeaders(flags: Flags, flag: string): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const [index, text] of flags.texts(flag).entries()) {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*([\t\x20-\x7e]*)$/.exec(text) ?? []
    if (name === undefined || value === undefined) {
      flags.problems.push(
        `expected 'Name: value' in ASCII for --${flag}, number ${index + 1} is not`,
      )
    } else headers[name] = value
  }
  return headers
}
