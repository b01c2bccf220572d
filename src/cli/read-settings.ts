import { TABLES } from '../config/command-tables.ts'
import type { TableOf } from '../config/define-table.ts'
import { load, type Loaded } from '../config/load.ts'
import { flagMeantBy, flagOptions } from '../config/names.ts'
import { formatProblem } from '../config/read-setting.ts'
import type { SettingGroups } from '../config/setting.ts'
import { parseFlags } from '../lib/parse-flags.ts'
import type { CommandIo } from './command.ts'
import { settingsHelp } from './settings-help.ts'

/**
 * The settings that a command starts with, from its flags and the environment. Returns the exit code where it is not to
 * start: it was asked for help, or settings are refused, which is told. `usage` stands above the settings in the help.
 */
export async function readSettings<Groups extends SettingGroups>(
  table: TableOf<Groups>,
  usage: string,
  args: readonly string[],
  io: Pick<CommandIo, 'env' | 'write' | 'writeError'>,
): Promise<Loaded<TableOf<Groups>> | number> {
  const options = { ...flagOptions(table.settings), help: { type: 'boolean', short: 'h' } } as const
  const { values } = parseFlags({ args: [...args], options }, flagMeantBy)
  const { help, ...flags } = values
  if (help === true) {
    io.write(`${usage}\n\n${settingsHelp(table)}`)
    return 0
  }
  const loading = await load(table, { env: io.env, flags, tables: Object.values(TABLES) })
  if (loading.kind === 'resolved') return loading
  for (const warning of loading.warnings) io.writeError(`warning: ${warning}\n`)
  for (const problem of loading.problems) io.writeError(`${formatProblem(problem)}\n`)
  return 2
}
