import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CACHE } from '../layout.ts'

/** Makes something in the cache unless its products are there already, made from the same sources. */
export async function keep(
  name: string,
  products: readonly string[],
  digest: string,
  make: () => Promise<void>,
): Promise<string> {
  const note = join(CACHE, 'made', name)
  const noted = await readFile(note, 'utf8').catch(() => '')
  if (noted === digest && products.every((path) => existsSync(path))) return 'kept from before'
  await rm(note, { force: true })
  await make()
  await mkdir(dirname(note), { recursive: true })
  await writeFile(note, digest)
  return 'made'
}
