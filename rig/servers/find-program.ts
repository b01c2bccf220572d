import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The path of an installed program, which Debian's package of the same name brings. */
export function findProgram(name: string): string {
  // Users other than root often lack /usr/sbin in their PATH.
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin']
  const found = folders.map((folder) => join(folder, name)).find(isExecutable)
  if (found !== undefined) return found
  throw new Error(
    `${name} is not installed; on Debian or Ubuntu: sudo apt-get install --no-install-recommends ${name}`,
  )
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
