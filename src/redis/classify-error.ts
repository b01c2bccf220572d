import { isWrongDatabase } from './connection-errors.ts'
import { isMissingRight, mendOfRights, missingRight } from './missing-rights.ts'
import { newTrouble, type Trouble, type TroubleCode } from './trouble-codes.ts'

/**
 * The first pattern that matches decides. Few are anchored, since sentinels and scripts put words of their
 * own around a server's.
 */
const CODES: readonly (readonly [pattern: RegExp, code: TroubleCode, mend?: string])[] = [
  [
    /cluster support disabled/,
    'wrong-topology',
    'name it as redis:// in RUNNEL_REDIS_URL, or rediss:// for TLS, since it is a server by itself',
  ],
  [
    /unknown command [`']sentinel\b/i,
    'wrong-topology',
    'name it as redis:// in RUNNEL_REDIS_URL, or rediss:// for TLS, since it is no sentinel; or name the sentinels, whose port is 26379 as a rule',
  ],
  [
    /No such master/,
    'wrong-topology',
    'end RUNNEL_REDIS_URL in the name by which the sentinels know the primary (SENTINEL MASTERS lists it)',
  ],
  [
    /sentinels\b.*(?:\b(?:WRONGPASS|NOAUTH)\b|invalid password)/,
    'wrong-password',
    'put the user and password that the sentinels expect into RUNNEL_REDIS_URL, as ?sentinelUsername=…&sentinelPassword=… at its end',
  ],
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
  // Errors of scripts that find a key which another program has written.
  [
    /^WRONGTYPE\b|user_script:\d+: |ID specified in XADD|Invalid stream ID|hash value is not|expected the metadata|not an integer|not a valid float/,
    'foreign-data',
  ],
  [/ENOTFOUND|EAI_AGAIN/, 'unknown-host'],
  [/timed ?out|timeout/i, 'timeout'],
  // A server that wants a certificate, or another one, says so in an alert.
  [
    /alert (?:certificate \w+|bad certificate|unsupported certificate|unknown ca)/i,
    'client-certificate',
  ],
  // Before TLS 1.3 there is no alert for a certificate that is missing, only this one for all failures.
  [
    /alert handshake failure/i,
    'tls',
    'set RUNNEL_REDIS_CERT_FILE and RUNNEL_REDIS_KEY_FILE if the server asks its clients for a certificate; if not, see that it has a version of TLS and a cipher in common with this process',
  ],
  [/certificate|\bSSL\b|\bTLS\b/i, 'tls'],
]

/** An error of OpenSSL, of which only the reason is for people. */
const OPENSSL = /[0-9A-F]+:error:[0-9A-F]+:[^:]*:[^:]*:([^:]*):[^:]*:\d+:(?:SSL alert number \d+)?/

/** The trouble behind the error of a command or a connection. */
export function classifyError(error: unknown): Trouble {
  if (!(error instanceof Error)) return newTrouble('unreachable', String(error))
  const text = textOf(error)
    .replace(OPENSSL, 'TLS: $1')
    .replace(/ Retrying from scratch after \d+ms\./, '')
    .replaceAll(/\s+/g, ' ')
    .replace(/[. ]+$/, '')
  const isReply = error.name === 'ReplyError'
  if (isReply && isWrongDatabase(error)) {
    return newTrouble('wrong-database', `database ${databaseOf(error)}: ${text}`)
  }
  const [, code, mend] = CODES.find(([pattern]) => pattern.test(text)) ?? []
  // Sentinel's commands are unknown to all other servers, whatever the rights of the user.
  if (code !== 'wrong-topology' && isMissingRight(text)) {
    return newTrouble('missing-right', text, mendOfMissingRight(text))
  }
  return newTrouble(code ?? (isReply ? 'other' : 'unreachable'), text, mend)
}

/** Where a name has several addresses, each has an error of its own, and the error of all has no words. */
function textOf(error: Error): string {
  if (!(error instanceof AggregateError)) return error.message
  return error.errors
    .map((each) => (each instanceof Error ? each.message : String(each)))
    .join(', ')
}

/** The prefix of the names is not known here. */
function mendOfMissingRight(text: string): string | undefined {
  const right = missingRight(text, 'PREFIX')
  if (right === undefined) return undefined
  const mend = mendOfRights([right])
  if (right.startsWith('+')) return mend
  return `${mend}, with what RUNNEL_REDIS_PREFIX holds (by default runnel) for PREFIX`
}

function databaseOf(
  error: Error & { readonly command?: { readonly args?: readonly unknown[] } },
): string {
  return String(error.command?.args?.[0])
}
