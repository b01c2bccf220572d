import { didYouMean } from '../src/lib/nearest-name.ts'
import { parseFlags } from '../src/lib/parse-flags.ts'
import { withoutCredentials } from '../src/lib/without-credentials.ts'
import { FULL, QUICK, type Amounts } from './amounts.ts'
import { ALL_CONTENDERS } from './contenders/all-contenders.ts'
import type { Contender } from './contenders/contender.ts'
import { ALL_ROWS } from './rows/all-rows.ts'
import type { Row } from './rows/row.ts'

export const USAGE = `Usage: npm run bench -- [options]

Compares Runnel with nchan, Mercure, a plain node:http server and a loop of send() in C, under the same load. Servers
run on core 0, the load on core 1. Takes about half an hour; progress goes to standard error.

  --only ROW,…           these rows: ${ALL_ROWS.map(({ name }) => name).join(', ')}
  --contenders NAME,…    these, in rows that compare Runnel with others:
                         ${ALL_CONTENDERS.map(({ name }) => name).join(', ')}
  --rounds N             rounds, 1 to 99 (default ${FULL.rounds}; the row idle has five at least)
  --quick                a smoke test of some minutes; its figures are not worth quoting
  --json FILE            write the result to FILE as well
  --profile DIRECTORY    write a CPU profile of each server that runs on Node, from its start to its end, and tell
                         where most of the time went; the figures then include the sampling
  --record               write docs/bench.json, from which npm run docs makes docs/performance.md, and the
                         figures that sizing computes with to docs/figures.json; needs all contenders, which
                         make bench installs
  --help                 print this

The exit code is 1 if a row has no figures of a contender, 2 for bad options.
`

export interface Options {
  /** How to do it again. */
  readonly command: string
  readonly rows: readonly Row[]
  readonly amounts: Amounts
  readonly json: string | undefined
  /** Directory for profiles. */
  readonly profile: string | undefined
  readonly isRecord: boolean
  readonly isHelp: boolean
}

/** Throws with a sentence for bad options. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseFlags({
    args: [...args],
    options: {
      only: { type: 'string' },
      contenders: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      profile: { type: 'string' },
      record: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const { only, contenders, rounds, quick, record, profile } = values
  if (record && profile !== undefined) {
    throw new Error(
      'expected --record without --profile: figures of a profiled server are too high',
    )
  }
  if (record && (quick || only !== undefined || contenders !== undefined)) {
    throw new Error('expected --record without --quick, --only and --contenders: it is of all')
  }
  const chosen = choose('--contenders', contenders, ALL_CONTENDERS)
  const usual = quick ? QUICK : FULL
  const amounts = rounds === undefined ? usual : { ...usual, rounds: parseRounds(rounds) }
  if (record && amounts.rounds < FULL.rounds) {
    throw new Error(`--record: expected ${FULL.rounds} rounds or more, got ${amounts.rounds}`)
  }
  return {
    command: commandOf(args, [
      ['--json', values.json],
      ['--profile', profile],
    ]),
    rows: choose('--only', only, ALL_ROWS).map((row) => restrict(row, chosen)),
    amounts,
    json: values.json,
    profile,
    isRecord: record,
    isHelp: values.help,
  }
}

/** Rows of Runnel's own variants keep them. */
function restrict(row: Row, chosen: readonly Contender[]): Row {
  if (row.contenders !== ALL_CONTENDERS) return row
  return { ...row, contenders: chosen }
}

function choose<T extends { readonly name: string }>(
  flag: string,
  text: string | undefined,
  all: readonly T[],
): readonly T[] {
  if (text === undefined) return all
  const names = new Set(text.split(','))
  for (const { name } of all) names.delete(name)
  const [unknown] = names
  if (unknown !== undefined) {
    const known = all.map(({ name }) => name)
    const problem = `${flag}: expected names out of ${known.join(', ')}, got ${JSON.stringify(withoutCredentials(unknown))}`
    throw new Error(problem + didYouMean(unknown, known))
  }
  const wanted = text.split(',')
  return all.filter(({ name }) => wanted.includes(name))
}

function parseRounds(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text)
  throw new Error(`--rounds: expected 1 to 99, got ${JSON.stringify(withoutCredentials(text))}`)
}

/** Without paths, which change no figure or belong to this machine. */
function commandOf(
  args: readonly string[],
  paths: readonly (readonly [flag: string, path: string | undefined])[],
): string {
  const hidden = new Set(
    paths.flatMap(([flag, path]) => (path === undefined ? [] : [flag, path, `${flag}=${path}`])),
  )
  const flags = args.filter((arg) => !hidden.has(arg))
  return flags.length === 0 ? 'make bench' : `make bench ARGS="${flags.join(' ')}"`
}
