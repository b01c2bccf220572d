import { LONGEST_CREDENTIAL_FILE } from '../lib/credential-files.ts'
import { refuse } from './parsed.ts'
import { readFileBytes } from './read-file-bytes.ts'
import type { Input, Readings, SettingProblem } from './read-setting.ts'
import { resolve, type Refused, type Resolved } from './resolve.ts'
import type { Setting, SettingGroups } from './setting.ts'
import type { SettingsTable, TableOf } from './define-table.ts'

/** The settings that a process starts with; the files that they name could be read. */
export type Loaded<Table extends SettingsTable> = Resolved<Table>

/** Resolves settings and checks the files that they name. A refusal has the problems of both. */
export async function load<Groups extends SettingGroups>(
  table: TableOf<Groups>,
  input: Input,
): Promise<Loaded<TableOf<Groups>> | Refused<TableOf<Groups>>> {
  const resolution = resolve(table, input)
  const problems = await checkFiles(table.settings, resolution.readings)
  if (resolution.kind === 'resolved' && problems.length === 0) return resolution
  const { readings, warnings } = resolution
  const found = resolution.kind === 'refused' ? resolution.problems : []
  return { kind: 'refused', problems: [...found, ...problems], readings, warnings }
}

async function checkFiles<Name extends string>(
  settings: readonly Setting<Name>[],
  readings: Readings<Name>,
): Promise<readonly SettingProblem[]> {
  const problems: SettingProblem[] = []
  for (const { name, kind } of settings) {
    const reading = readings.get(name)
    if (kind.content === undefined || reading?.parsed.ok !== true) continue
    const path = reading.parsed.value
    if (typeof path !== 'string') continue
    const found = await readFileBytes(path, LONGEST_CREDENTIAL_FILE)
    if (found.kind === 'bytes' && kind.content.isRight(found.bytes)) continue
    const fault =
      found.kind === 'bytes'
        ? 'it does not hold that'
        : found.kind === 'absent'
          ? 'there is no such file'
          : found.problem
    const { problem } = refuse(`a file with ${kind.content.form}`, path, fault)
    problems.push({ source: reading.source, message: problem })
  }
  return problems
}
