import { readFile } from 'node:fs/promises'

/** Rejects with a sentence if there is no certificate in the file. */
export async function readAuthorities(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`expected RUNNEL_REDIS_CA_FILE to be readable: ${reason}`, { cause: error })
  })
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new Error(`expected a PEM certificate in ${path} (RUNNEL_REDIS_CA_FILE), got none`)
  }
  return text
}
