import { refuse } from './parsed.ts'
import { readTextFile } from './read-text-file.ts'
import type { Readings } from './read-setting.ts'
import type { SettingProblem } from './setting-problem.ts'
import { settingOf, type SettingName } from './settings.ts'

/** What the files hold that settings name, by the setting. */
export type Files = ReadonlyMap<SettingName, string>

/** In bytes. Several times the bundle of authorities that a system trusts. */
const LONGEST_FILE = 1024 * 1024

/** Reads every file that a setting names and a service needs at its start. */
export async function readFiles(
  readings: Readings,
): Promise<{ readonly files: Files; readonly problems: readonly SettingProblem[] }> {
  const files = new Map<SettingName, string>()
  const problems: SettingProblem[] = []
  for (const [name, { source, parsed }] of readings) {
    const { content } = settingOf(name).kind
    if (content === undefined || !parsed.ok || typeof parsed.value !== 'string') continue
    const path = parsed.value
    const found = await readTextFile(path, LONGEST_FILE)
    if (found.kind === 'text' && content.isRight(found.text)) {
      files.set(name, found.text)
      continue
    }
    const fault =
      found.kind === 'text'
        ? 'it holds none'
        : found.kind === 'absent'
          ? 'there is no such file'
          : found.problem
    const refused = refuse(`a file with ${content.form}`, path, fault)
    problems.push({ source, message: refused.problem })
  }
  return { files, problems }
}
