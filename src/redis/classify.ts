import { isOfDatabase } from './connection.ts'
import { isForbidding } from './server-check.ts'
import { newTrouble, type Trouble, type TroubleCode } from './trouble.ts'

/** Sentinels and scripts have words of their own around a server's: hence few anchors. The first counts. */
const BY_WORDS: readonly (readonly [words: RegExp, code: TroubleCode])[] = [
  [/\b(?:WRONGPASS|NOAUTH)\b|invalid password/, 'wrong-password'],
  [/\bDENIED\b/, 'protected-mode'],
  [/max number of clients/, 'too-many-clients'],
  [/\bREADONLY\b/, 'replica'],
  [/\bLOADING\b/, 'loading'],
  [/\bBUSY\b/, 'busy'],
  [/\b(?:CLUSTERDOWN|MASTERDOWN|TRYAGAIN|MOVED|ASK)\b|[Cc]luster redirections/, 'cluster-changes'],
  [/^OOM\b/, 'no-memory'],
  [/^MISCONF\b/, 'no-disk'],
  [/^NOREPLICAS\b/, 'no-replicas'],
  // What scripts stumble over when a key holds what they have not written.
  [
    /^WRONGTYPE\b|user_script:\d+: |ID specified in XADD|Invalid stream ID|hash value is not|expected the metadata|not an integer|not a valid float/,
    'foreign-data',
  ],
  [/ENOTFOUND|EAI_AGAIN/, 'unknown-host'],
  [/timed ?out|timeout/i, 'timeout'],
  // A server that wants a certificate says so in an alert.
  [/alert (?:certificate required|bad certificate)/i, 'client-certificate'],
  [/certificate|\bSSL\b|\bTLS\b/i, 'tls'],
]

/** What stands in the way when a command or a connection has failed with this. */
export function classify(error: unknown): Trouble {
  if (!(error instanceof Error)) return newTrouble('unreachable', String(error))
  const text = error.message
    .replace(/ Retrying from scratch after \d+ms\./, '')
    .replaceAll(/\s+/g, ' ')
    .replace(/[. ]+$/, '')
  const isReply = error.name === 'ReplyError'
  if (isReply && isOfDatabase(error)) {
    return newTrouble('wrong-database', `database ${databaseOf(error)}: ${text}`)
  }
  if (isForbidding(text)) return newTrouble('missing-right', text, mendOfRight(text))
  const found = BY_WORDS.find(([words]) => words.test(text))
  return newTrouble(found?.[1] ?? (isReply ? 'other' : 'unreachable'), text)
}

/** How to give a user rights by name; undefined where none is known. */
export function mendOfRights(commands: readonly string[]): string | undefined {
  if (commands.length === 0) return undefined
  return `give the Redis user ${commands.map((command) => `+${command}`).join(' ')}`
}

/** The command that a server says the user may not run. Before 7.2, it leaves that out in scripts. */
export function forbiddenCommand(text: string): string | undefined {
  return /'([a-z|_-]{1,40})' command/i.exec(text)?.[1]?.toLowerCase()
}

function mendOfRight(text: string): string | undefined {
  const command = forbiddenCommand(text)
  if (command !== undefined) return mendOfRights([command])
  if (/\bchannels?\b/.test(text))
    return 'give the Redis user the channels of docs/redis.md (&runnel:*)'
  if (/\bkeys?\b/.test(text)) return 'give the Redis user the keys of docs/redis.md (~runnel:*)'
  return undefined
}

function databaseOf(
  error: Error & { readonly command?: { readonly args?: readonly unknown[] } },
): string {
  return String(error.command?.args?.[0])
}
