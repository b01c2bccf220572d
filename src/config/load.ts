import { refuse } from './parsed.ts'
import { readTextFile } from './read-text-file.ts'
import type { Input, Readings, SettingProblem } from './read-setting.ts'
import { resolve, type Refused, type Resolved, type SettingName } from './resolve.ts'
import type { Setting, SettingGroups } from './setting.ts'
import type { SettingsTable, TableOf } from './define-table.ts'

/** The settings that a process starts with, and the files that they name. */
export interface Loaded<Table extends SettingsTable> extends Resolved<Table> {
  /** The text of each file that a setting names, by the setting. */
  readonly files: ReadonlyMap<SettingName<Table>, string>
}

/** Resolves settings and reads the files that they name. A refusal has the problems of both. */
export async function load<Groups extends SettingGroups>(
  table: TableOf<Groups>,
  input: Input,
): Promise<Loaded<TableOf<Groups>> | Refused<TableOf<Groups>>> {
  const resolution = resolve(table, input)
  const { files, problems } = await readFiles(table.settings, resolution.readings)
  if (resolution.kind === 'resolved' && problems.length === 0) return { ...resolution, files }
  const { readings, warnings } = resolution
  const found = resolution.kind === 'refused' ? resolution.problems : []
  return { kind: 'refused', problems: [...found, ...problems], readings, warnings }
}

/** In bytes: several times the size of a system's bundle of trusted authorities. */
const LONGEST_FILE = 1024 * 1024

async function readFiles<Name extends string>(
  settings: readonly Setting<Name>[],
  readings: Readings<Name>,
) {
  const files = new Map<Name, string>()
  const problems: SettingProblem[] = []
  for (const { name, kind } of settings) {
    const reading = readings.get(name)
    if (kind.content === undefined || reading?.parsed.ok !== true) continue
    const path = reading.parsed.value
    if (typeof path !== 'string') continue
    const found = await readTextFile(path, LONGEST_FILE)
    if (found.kind === 'text' && kind.content.isRight(found.text)) {
      files.set(name, found.text)
      continue
    }
    const fault =
      found.kind === 'text'
        ? 'it holds none'
        : found.kind === 'absent'
          ? 'there is no such file'
          : found.problem
    const { problem } = refuse(`a file with ${kind.content.form}`, path, fault)
    problems.push({ source: reading.source, message: problem })
  }
  return { files, problems }
}
