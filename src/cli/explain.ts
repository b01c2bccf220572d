import { parseArgs, styleText } from 'node:util'
import { findSetting, flagOptions, suggestSetting, variableOf } from '../config/names.ts'
import { accept, quote, type Parsed } from '../config/parsed.ts'
import { formatProblem, type Environment, type Flags } from '../config/read-setting.ts'
import type { SettingsTable } from '../config/define-table.ts'
import { TABLES } from '../config/command-tables.ts'
import { findEffectiveSettings } from './effective-settings.ts'
import { settingPage } from './settings-help.ts'

export interface ExplainIo {
  readonly env: Environment
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
  readonly isTerminal: boolean
}

const USAGE = `runnel explain                 every setting, its value in force and where it comes from
runnel explain --flag value …  the same, as a service started with these flags would have it
runnel explain NAME …          the page of a setting, named as variable or flag
`

export async function runExplain(args: readonly string[], io: ExplainIo): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    io.write(USAGE)
    return 0
  }
  const table = TABLES.serve
  if (areNames(args)) return explainNames(table, args, io)
  const flags = readFlags(table, args)
  if (flags.ok) return explainAll(table, flags.value, io)
  io.writeError(`${flags.problem}\n`)
  return 2
}

function readFlags(table: SettingsTable, args: readonly string[]): Parsed<Flags> {
  try {
    return accept(parseArgs({ args: [...args], options: flagOptions(table.settings) }).values)
  } catch (error) {
    // `parseArgs` throws at an unknown flag, with a message that names it.
    if (error instanceof TypeError) return { ok: false, problem: error.message }
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
  table: SettingsTable,
  written: readonly string[],
  io: ExplainIo,
): Promise<number> {
  const { settings: effective } = await findEffectiveSettings(table, { env: io.env })
  const found = written.map((each) => findSetting(table.settings, each))
  for (const [index, setting] of found.entries()) {
    if (setting === undefined) {
      io.writeError(`${describeUnknown(table, written[index] ?? '')}\n`)
      continue
    }
    const inForce = effective.find(({ name }) => name === setting.name)
    const page = settingPage(setting, inForce, (text) => style('bold', text, io))
    io.write(`${index === 0 ? '' : '\n'}${page}`)
  }
  return found.includes(undefined) ? 2 : 0
}

function describeUnknown({ settings }: SettingsTable, written: string): string {
  const nearest = suggestSetting(settings, written)
  const hint =
    nearest === undefined
      ? 'runnel explain lists all settings'
      : `did you mean ${variableOf(nearest)}?`
  return `expected the name of a setting, got ${quote(written)}: ${hint}`
}

function style(format: 'dim' | 'bold', text: string, { isTerminal, env }: ExplainIo): string {
  if (!isTerminal || (env['NO_COLOR'] ?? '') !== '') return text
  // The caller knows whether its stream is a terminal; Node would look at standard output.
  return styleText(format, text, { validateStream: false })
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length))
}
