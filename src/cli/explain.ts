import { parseArgs, styleText } from 'node:util'
import { findSetting, flagOptions, suggestSetting, variableOf } from '../config/names.ts'
import { accept, quote, type Parsed } from '../config/parsed.ts'
import type { Environment, Flags } from '../config/read-setting.ts'
import { formatProblem } from '../config/setting-problem.ts'
import type { SettingName } from '../config/settings.ts'
import { settingPage } from './setting-page.ts'
import { findEffectiveSettings, type EffectiveSetting } from './effective-settings.ts'

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

/** The command `explain`. Resolves to the exit code. */
export async function runExplain(args: readonly string[], io: ExplainIo): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    io.write(USAGE)
    return 0
  }
  if (areNames(args)) return explainNames(args, io)
  const flags = readFlags(args)
  if (flags.ok) return explainAll(flags.value, io)
  io.writeError(`${flags.problem}\n`)
  return 2
}

function readFlags(args: readonly string[]): Parsed<Flags> {
  try {
    return accept(parseArgs({ args: [...args], options: flagOptions() }).values)
  } catch (error) {
    // What it does not know, it throws, with a sentence that names it.
    if (error instanceof TypeError) return { ok: false, problem: error.message }
    throw error
  }
}

/** `--max-streams` alone asks for its page; with a value it is a flag to resolve. */
function areNames(args: readonly string[]): boolean {
  if (args.length === 1) return args.every((arg) => !arg.includes('='))
  return args.length > 0 && args.every((arg) => !arg.startsWith('-'))
}

async function explainAll(flags: Flags, io: ExplainIo): Promise<number> {
  const { settings, problems, warnings } = await findEffectiveSettings({ env: io.env, flags })
  for (const warning of warnings) io.writeError(`warning: ${warning}\n`)
  for (const problem of problems) io.writeError(`${formatProblem(problem)}\n`)
  if (problems.length > 0) return 2
  const nameWidth = widest(settings.map(({ name }) => variableOf(name)))
  const valueWidth = Math.min(widest(settings.map(({ written }) => written)), 40)
  const rows = settings.map(({ name, written, origin }) => {
    const row = `${variableOf(name).padEnd(nameWidth)}  ${written.padEnd(valueWidth)}  ${origin}`
    // What somebody has chosen stands out from what nobody has.
    return origin === 'default' ? style('dim', row, io) : row
  })
  // In one piece: a reader such as `head` may be gone after the first lines.
  io.write(`${rows.join('\n')}\n`)
  return 0
}

async function explainNames(written: readonly string[], io: ExplainIo): Promise<number> {
  const { settings } = await findEffectiveSettings({ env: io.env })
  const found = written.map((each) => findSetting(each))
  for (const [index, name] of found.entries()) {
    if (name !== undefined) io.write(`${index === 0 ? '' : '\n'}${page(name, settings, io)}`)
    else io.writeError(`${describeUnknown(written[index] ?? '')}\n`)
  }
  return found.includes(undefined) ? 2 : 0
}

function page(name: SettingName, settings: readonly EffectiveSetting[], io: ExplainIo): string {
  const inForce = settings.find((setting) => setting.name === name)
  return settingPage(name, inForce, (text) => style('bold', text, io))
}

function describeUnknown(written: string): string {
  const nearest = suggestSetting(written)
  const hint =
    nearest === undefined
      ? 'runnel explain lists all settings'
      : `did you mean ${variableOf(nearest)}?`
  return `expected the name of a setting, got ${quote(written)}: ${hint}`
}

function style(format: 'dim' | 'bold', text: string, { isTerminal, env }: ExplainIo): string {
  if (!isTerminal || (env['NO_COLOR'] ?? '') !== '') return text
  // Whoever calls has looked at the stream already.
  return styleText(format, text, { validateStream: false })
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map((text) => text.length))
}
