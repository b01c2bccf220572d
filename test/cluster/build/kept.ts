import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CACHE } from '../layout.ts'

/**
 * Makes something in the cache unless it is there already, made from the same sources. `make` must leave
 * something usable in its place only at its end.
 */
export async function keep(
  name: string,
  digest: string,
  make: () => Promise<void>,
): Promise<string> {
  const note = join(CACHE, 'made', name)
  const noted = await readFile(note, 'utf8').catch(() => '')
  if (noted === digest) return 'kept from before'
  await rm(note, { force: true })
  await make()
  await mkdir(dirname(note), { recursive: true })
  await writeFile(note, digest)
  return 'made'
}
