import type { Redis } from 'ioredis'
import { forbiddenCommand, isMissingRight, mendOfRights } from './missing-rights.ts'
import { newTrouble, type Trouble } from './trouble-codes.ts'

/** The first version with sharded pub/sub. Valkey reports a Redis version that it is compatible with. */
const OLDEST_MAJOR = 7

const NO_REPLICATION_ID = newTrouble(
  'no-replication-id',
  'expected the server to tell scripts its replication id, got none, and without it a fail-over that ' +
    'loses events could not be told',
)

const NODE = newTrouble(
  'cluster-node',
  'expected a server by itself, got a node of a cluster, which refuses what the others hold',
)

const LOADING = newTrouble('loading', 'it loads its data')

const REPLICA = newTrouble('replica', 'it is a replica, which takes no publishes')

export interface ServerCheck {
  /** Why the server cannot hold the log. */
  readonly trouble?: Trouble
  /** A setting that may cost events later, and how to change it, as a sentence. */
  readonly warning?: string
}

/** Whether a server may hold the log, by its version, role and settings. Rejects if it does not answer. */
export async function checkServer(redis: Redis, isCluster: boolean): Promise<ServerCheck> {
  const info = await ask(redis.info())
  if (info === undefined) return { trouble: NO_REPLICATION_ID }
  if (field(info, 'loading') === '1') return { trouble: LOADING }
  const version = field(info, 'redis_version') ?? 'unknown'
  if (!(Number.parseInt(version, 10) >= OLDEST_MAJOR)) {
    const expected = `expected Redis ${OLDEST_MAJOR}.0 or newer, or Valkey`
    return {
      trouble: newTrouble('too-old', `${expected}, got ${version}, without sharded pub/sub`),
    }
  }
  // Valkey calls the field `server_mode`.
  const mode = field(info, 'redis_mode') ?? field(info, 'server_mode')
  if (mode === 'cluster' && !isCluster) return { trouble: NODE }
  if (field(info, 'role') === 'slave') return { trouble: REPLICA }
  const policy = field(info, 'maxmemory_policy') ?? ''
  if (policy.startsWith('allkeys-')) {
    const detail =
      `expected a Redis that never evicts keys by itself, got maxmemory-policy ${policy}, which would ` +
      'tear histories apart without a word'
    return { trouble: newTrouble('eviction', detail) }
  }
  const trouble = await checkScripts(redis)
  if (trouble !== undefined) return { trouble }
  if (!policy.startsWith('volatile-')) return {}
  const warning =
    `a Redis with maxmemory-policy ${policy} forgets histories and idempotency keys before their time ` +
    'when its memory is full: set maxmemory-policy to noeviction'
  return { warning }
}

/** Whether scripts may be sent, and are told the replication id. */
async function checkScripts(redis: Redis): Promise<Trouble | undefined> {
  try {
    const replication = await redis.eval("return redis.call('INFO', 'replication')", 0)
    return field(String(replication), 'master_replid') === undefined ? NO_REPLICATION_ID : undefined
  } catch (error) {
    if (!(error instanceof Error) || !isMissingRight(error.message)) throw error
    if (forbiddenCommand(error.message) !== 'eval') return NO_REPLICATION_ID
    const detail = `expected a Redis user with all rights that the log needs, got: ${error.message}`
    return newTrouble('missing-right', detail, mendOfRights(['+eval']))
  }
}

/** The answer as text; undefined if the user may not run the command. */
async function ask(answer: Promise<unknown>): Promise<string | undefined> {
  try {
    return String(await answer)
  } catch (error) {
    if (error instanceof Error && isMissingRight(error.message)) return undefined
    throw error
  }
}

function field(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.+?)\\r?$`, 'm').exec(info)?.[1]
}
