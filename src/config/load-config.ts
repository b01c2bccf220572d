import { readFiles, type Files } from './read-files.ts'
import type { Input } from './read-setting.ts'
import { resolveConfig, type Refused, type Resolved } from './resolve-config.ts'

/** All that a service starts with. */
export interface Loaded extends Resolved {
  readonly files: Files
}

/** The settings of a process with the files that they name; the problems of both are told at once. */
export async function loadConfig(input: Input): Promise<Loaded | Refused> {
  const resolution = resolveConfig(input)
  const { files, problems } = await readFiles(resolution.readings)
  if (resolution.kind === 'resolved' && problems.length === 0) return { ...resolution, files }
  const { readings, warnings } = resolution
  const found = resolution.kind === 'refused' ? resolution.problems : []
  return { kind: 'refused', problems: [...found, ...problems], readings, warnings }
}
