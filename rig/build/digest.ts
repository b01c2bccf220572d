import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Names what something is made from: the files below some paths, and other facts. */
export async function digestOf(
  paths: readonly string[],
  facts: readonly string[] = [],
): Promise<string> {
  const hash = createHash('sha256')
  for (const fact of facts) hash.update(`${fact}\0`)
  for (const path of paths) {
    const entries = await readdir(path, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile())
    const names = files.map(({ parentPath, name }) => join(parentPath, name))
    for (const name of names.toSorted()) {
      hash
        .update(`${name.slice(path.length)}\0`)
        .update(await readFile(name))
        .update('\0')
    }
  }
  return hash.digest('hex')
}
