import { styleText } from 'node:util'
import {
  findSetting,
  flagMeantBy,
  flagOptions,
  suggestSetting,
  variableOf,
} from '../config/names.ts'
import { accept, quote, type Parsed } from '../config/parsed.ts'
import { formatProblem, type Environment, type Flags } from '../config/read-setting.ts'
import type { SettingsTable } from '../config/define-table.ts'
import { TABLES } from '../config/command-tables.ts'
import { didYouMean } from '../lib/nearest-name.ts'
import { FlagError, parseFlags } from '../lib/parse-flags.ts'
import { findEffectiveSettings } from './effective-settings.ts'
import { settingPage } from './settings-help.ts'
import { showsColors } from './terminal.ts'

export interface ExplainIo {
  readonly env: Environment
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
  readonly isTerminal: boolean
}

const USAGE = `runnel explain                 every setting of runnel serve, its value and where it comes from
runnel explain --flag value …  the same, as a service started with these flags would have it
runnel explain control …       the same for the settings of runnel control
runnel explain NAME …          the page of a setting, named as variable or flag
`

export async function runExplain(args: readonly string[], io: ExplainIo): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    io.write(USAGE)
    return 0
  }
  const [first = '', ...others] = args
  const isCommand = Object.hasOwn(TABLES, first)
  const chosen = isCommand ? others : args
  // The settings of serve come first: several commands may have one of the same name.
  const tables = Object.entries(TABLES).flatMap(([name, each]) =>
    !isCommand || name === first ? [each] : [],
  )
  const [table] = tables
  if (table === undefined) throw new Error('expected a command with settings, got none')
  if (areNames(chosen)) return explainNames(tables, chosen, io)
  const flags = readFlags(table, chosen)
  if (flags.ok) return explainAll(table, flags.value, io)
  io.writeError(`runnel explain: ${flags.problem}\n`)
  return 2
}

function readFlags(table: SettingsTable, args: readonly string[]): Parsed<Flags> {
  try {
    const options = flagOptions(table.settings)
    return accept(parseFlags({ args: [...args], options }, flagMeantBy).values)
  } catch (error) {
    if (error instanceof FlagError) return { ok: false, problem: error.message }
    throw error
  }
}

/** `--max-streams` alone asks for the page of the setting; with a value it is a flag to resolve. */
function areNames(args: readonly string[]): boolean {
  if (args.length === 1) return args.every((arg) => !arg.includes('='))
  return args.length > 0 && args.every((arg) => !arg.startsWith('-'))
}

async function explainAll(table: SettingsTable, flags: Flags, io: ExplainIo): Promise<number> {
  const input = { env: io.env, flags, tables: Object.values(TABLES) }
  const { settings, problems, warnings } = await findEffectiveSettings(table, input)
  for (const warning of warnings) io.writeError(`warning: ${warning}\n`)
  for (const problem of problems) io.writeError(`${formatProblem(problem)}\n`)
  if (problems.length > 0) return 2
  const nameWidth = widest(settings.map(({ name }) => variableOf(name)))
  const valueWidth = Math.min(widest(settings.map(({ written }) => written)), 40)
  const rows = settings.map(({ name, written, origin }) => {
    const row = `${variableOf(name).padEnd(nameWidth)}  ${written.padEnd(valueWidth)}  ${origin}`
    // Defaults are dimmed, so that the values that were set stand out.
    return origin === 'default' ? style('dim', row, io) : row
  })
  // One write for all rows, since a reader such as `head` may close the pipe after the first lines.
  io.write(`${rows.join('\n')}\n`)
  return 0
}

async function explainNames(
  tables: readonly SettingsTable[],
  written: readonly string[],
  io: ExplainIo,
): Promise<number> {
  const found = written.map((each) => findIn(tables, each))
  for (const [index, page] of found.entries()) {
    if (page === undefined) {
      io.writeError(`runnel explain: ${describeUnknown(tables, written[index] ?? '')}\n`)
      continue
    }
    const { table, setting } = page
    const { settings: effective } = await findEffectiveSettings(table, { env: io.env })
    const inForce = effective.find(({ name }) => name === setting.name)
    const text = settingPage(setting, inForce, (title) => style('bold', title, io))
    io.write(`${index === 0 ? '' : '\n'}${text}`)
  }
  return found.includes(undefined) ? 2 : 0
}

/** The setting, and the first table that has it. */
function findIn(tables: readonly SettingsTable[], written: string) {
  for (const table of tables) {
    const setting = findSetting(table.settings, written)
    if (setting !== undefined) return { table, setting }
  }
  return undefined
}

function describeUnknown(tables: readonly SettingsTable[], written: string): string {
  const settings = tables.flatMap((table) => table.settings)
  const nearest = suggestSetting(settings, written)
  const hint =
    nearest === undefined
      ? didYouMean(written, [...Object.keys(TABLES), '--help'])
      : `: did you mean ${variableOf(nearest)}?`
  const end = hint === '' ? ': runnel explain lists all settings' : hint
  return `expected the name of a setting, got ${quote(written)}${end}`
}

function style(format: 'dim' | 'bold', text: string, { isTerminal, env }: ExplainIo): string {
  if (!showsColors(isTerminal, env)) return text
  // The caller knows whether its stream is a terminal; Node would look at standard output.
  return styleText(format, text, { validateStream: false })
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length))
}
