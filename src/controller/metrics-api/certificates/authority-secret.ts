import { z } from 'zod'
import type { Secret } from '../../objects/secret.ts'
import { readAuthority, type Authority } from './authority.ts'

/** The key of the Secret's data. */
const DATA_KEY = 'authorities.json'

const document = z.array(z.object({ certificate: z.string(), key: z.string() }))

export interface StoredAuthorities {
  /** The oldest first. */
  readonly authorities: readonly Authority[]
  /** What is wrong with the Secret. Whatever is unreadable in it is as good as absent. */
  readonly problem: string | undefined
}

export function readAuthorities({ data }: Pick<Secret, 'data'>): StoredAuthorities {
  const encoded = data?.[DATA_KEY]
  if (encoded === undefined) return { authorities: [], problem: undefined }
  try {
    const entries = document.parse(JSON.parse(Buffer.from(encoded, 'base64').toString()))
    const authorities = entries.flatMap(({ certificate, key }) => tryRead(certificate, key))
    const unreadable = entries.length - authorities.length
    const problem = unreadable === 0 ? undefined : `${unreadable} authorities are unreadable`
    return { authorities, problem }
  } catch {
    return { authorities: [], problem: `${DATA_KEY} is no list of certificates and keys` }
  }
}

/** The data of the Secret. Other keys are kept. */
export function withAuthorities(
  { data }: Pick<Secret, 'data'>,
  authorities: readonly Authority[],
): Readonly<Record<string, string>> {
  const entries = authorities.map(({ certificate, key }) => ({ certificate, key }))
  const encoded = Buffer.from(JSON.stringify(entries, undefined, 2)).toString('base64')
  return { ...data, [DATA_KEY]: encoded }
}

function tryRead(certificate: string, key: string): Authority[] {
  try {
    return [readAuthority(certificate, key)]
  } catch {
    return []
  }
}
