import type { Redis } from 'ioredis'

/** The first version with sharded pub/sub. Valkey reports one of its own as this one. */
const OLDEST_MAJOR = 7

const FORBIDDEN =
  'expected the server to tell scripts its replication id, got none: allow INFO, to scripts as well ' +
  '(for an ACL user: +info), since without it a fail-over that loses events could not be told'

const NODE =
  'expected a server by itself, got a node of a cluster, which refuses what the others hold: name it as ' +
  'redis+cluster://, or rediss+cluster:// for TLS'

const REPLICA =
  'it is a replica, which takes no publishes: name the primary, or its sentinels as redis+sentinel://'

/** What is wrong with a server, as sentences that say what to do. */
export interface ServerFindings {
  /** Why it cannot hold the log. */
  readonly fault?: string
  /** What it may cost to leave it as it is. */
  readonly warning?: string
}

/** Rejects when the server does not answer, and while it is a replica: it may be promoted yet. */
export async function examineServer(redis: Redis, isCluster: boolean): Promise<ServerFindings> {
  const info = await ask(redis.info())
  if (info === undefined) return { fault: FORBIDDEN }
  const version = field(info, 'redis_version') ?? 'unknown'
  if (!(Number.parseInt(version, 10) >= OLDEST_MAJOR)) {
    const fault = `expected Redis ${OLDEST_MAJOR}.0 or newer, or Valkey, got ${version}: sharded pub/sub is missing`
    return { fault }
  }
  // Valkey has a name of its own for it.
  const mode = field(info, 'redis_mode') ?? field(info, 'server_mode')
  if (mode === 'cluster' && !isCluster) return { fault: NODE }
  if (field(info, 'role') === 'slave') throw new Error(REPLICA)
  const policy = field(info, 'maxmemory_policy') ?? ''
  if (policy.startsWith('allkeys-')) {
    const fault =
      `expected a Redis that never evicts keys by itself, got maxmemory-policy ${policy}, which would ` +
      'tear histories apart without a word: set maxmemory-policy to noeviction'
    return { fault }
  }
  const replication = await ask(redis.eval("return redis.call('INFO', 'replication')", 0))
  if (field(replication ?? '', 'master_replid') === undefined) return { fault: FORBIDDEN }
  if (!policy.startsWith('volatile-')) return {}
  const warning =
    `a Redis with maxmemory-policy ${policy} forgets histories and idempotency keys before their time ` +
    'when its memory is full: set maxmemory-policy to noeviction'
  return { warning }
}

/**
 * Whether what a server says means that it lacks a command, or the user a right. Scripts have words of
 * their own for it, which differ between 7.0 and later versions.
 */
export function isForbidding(text: string): boolean {
  return /NOPERM|ACL failure|can't (?:run this|access)|unknown.*command|not allowed/i.test(text)
}

/** The answer as text; undefined if the server says that it may not be asked. */
async function ask(answer: Promise<unknown>): Promise<string | undefined> {
  try {
    return String(await answer)
  } catch (error) {
    if (error instanceof Error && isForbidding(error.message)) return undefined
    throw error
  }
}

function field(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.+?)\\r?$`, 'm').exec(info)?.[1]
}
