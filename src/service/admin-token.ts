import { variableOf } from '../config/names.ts'
import { readTextFile } from '../config/read-text-file.ts'
import type { AdminToken } from '../http/admin/admin-access.ts'

/** In bytes. */
const LONGEST_TOKEN = 4_096

/**
 * Reads the token anew for each request that needs it: a mounted Secret that is rotated, or filled after the
 * start, takes effect without a restart.
 */
export async function readAdminToken(path: string | undefined): Promise<AdminToken> {
  if (path === undefined) return { state: 'unset' }
  const file = await readTextFile(path, LONGEST_TOKEN)
  if (file.kind === 'unreadable') {
    throw new Error(`${variableOf('ADMIN_TOKEN_FILE')} cannot be read: ${file.problem}`)
  }
  const token = file.kind === 'absent' ? '' : file.text.trim()
  return token === '' ? { state: 'missing' } : { state: 'set', token }
}
