import { readFile } from 'node:fs/promises'

/** The bearer for the admin listener's POSTs. Rejects with a sentence if the file holds none. */
export async function readAdminToken(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined
  const token = (await readFile(path, 'utf8')).trim()
  if (token === '')
    throw new Error(`expected a token in ${path} (RUNNEL_ADMIN_TOKEN_FILE), got none`)
  return token
}
