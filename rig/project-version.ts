import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PROJECT } from './layout.ts'

/** The version in package.json, which the image is tagged with. */
export async function projectVersion(): Promise<string> {
  const text = await readFile(join(PROJECT, 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
