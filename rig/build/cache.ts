import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CACHE } from '../paths.ts'

/** Whether all products are in the cache, built from the sources of this digest. */
export async function isCached(
  name: string,
  products: readonly string[],
  digest: string,
): Promise<boolean> {
  const cachedDigest = await readFile(digestFileOf(name), 'utf8').catch(() => '')
  return cachedDigest === digest && products.every((path) => existsSync(path))
}

/**
 * Calls `build` unless its products are in the cache already, built from the same sources. Resolves to the
 * outcome, in words for the summary.
 */
export async function buildUnlessCached(
  name: string,
  products: readonly string[],
  digest: string,
  build: () => Promise<void>,
): Promise<string> {
  if (await isCached(name, products, digest)) return 'cached'
  const digestFile = digestFileOf(name)
  // An interrupted build must not pass for a finished one.
  await rm(digestFile, { force: true })
  await build()
  await mkdir(dirname(digestFile), { recursive: true })
  await writeFile(digestFile, digest)
  return 'built'
}

function digestFileOf(name: string): string {
  return join(CACHE, 'made', name)
}

/** A digest of what something is built from: the files below these folders, and other facts. */
export async function digestOf(
  folders: readonly string[],
  facts: readonly string[] = [],
): Promise<string> {
  const hash = createHash('sha256')
  for (const fact of facts) hash.update(`${fact}\0`)
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile())
    const names = files.map(({ parentPath, name }) => join(parentPath, name))
    for (const name of names.toSorted()) {
      hash
        .update(`${name.slice(folder.length)}\0`)
        .update(await readFile(name))
        .update('\0')
    }
  }
  return hash.digest('hex')
}
