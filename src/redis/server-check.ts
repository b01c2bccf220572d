import type { Redis } from 'ioredis'

/** The first version with sharded pub/sub. Valkey reports one of its own as this one. */
const OLDEST_MAJOR = 7

/**
 * Why a server cannot hold the log, as a sentence that says what to do; undefined if it can. Rejects when
 * it does not answer.
 */
export async function findServerFault(redis: Redis): Promise<string | undefined> {
  const info = await redis.info('everything')
  const version = field(info, 'redis_version') ?? 'unknown'
  if (!(Number.parseInt(version, 10) >= OLDEST_MAJOR)) {
    return `expected Redis ${OLDEST_MAJOR}.0 or newer, or Valkey, got ${version}: sharded pub/sub is missing`
  }
  const policy = field(info, 'maxmemory_policy') ?? 'noeviction'
  if (policy.startsWith('allkeys-')) {
    return (
      `expected a Redis that never evicts keys by itself, got maxmemory-policy ${policy}, which would ` +
      'tear histories apart without a word: set maxmemory-policy to noeviction'
    )
  }
  const replication = await askReplication(redis)
  if (field(replication, 'master_replid') === undefined) {
    return (
      'expected scripts to see the replication id of the server, got none: let INFO run in scripts ' +
      '(for an ACL user: +info), since without it a fail-over that loses events could not be told'
    )
  }
  return undefined
}

async function askReplication(redis: Redis): Promise<string> {
  try {
    return String(await redis.eval("return redis.call('INFO', 'replication')", 0))
  } catch (error) {
    if (error instanceof Error && /NOPERM|ACL failure|unknown command/i.test(error.message))
      return ''
    throw error
  }
}

function field(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.+?)\\r?$`, 'm').exec(info)?.[1]
}
