import type { ChannelKeys } from '../../redis/keys.ts'
import { mendOfRights, missingRight } from '../../redis/missing-rights.ts'
import type { Diagnosis } from '../../redis/refusals.ts'
import type { Servers } from '../../redis/servers.ts'
import { newTrouble, type Trouble } from '../../redis/trouble-codes.ts'
import { findMissingRights } from './check-rights.ts'

/**
 * Completes the refusal of a server, which names neither the key that another program has written nor, before
 * Redis 7.2, the command that a script may not call. Never rejects, also when it finds nothing.
 */
export async function diagnose(
  servers: Servers,
  keys: ChannelKeys,
  trouble: Trouble,
): Promise<Diagnosis> {
  try {
    if (trouble.code === 'foreign-data') {
      const key = await findForeignKey(servers, keys)
      return { trouble, key: key ?? keys.meta.replace(/meta$/, '*') }
    }
    if (trouble.code === 'missing-right') {
      const right = missingRight(trouble.detail, servers.keySpace.prefix)
      const rights = right === undefined ? await findMissingRights(servers) : [right]
      return { trouble: newTrouble(trouble.code, trouble.detail, mendOfRights(rights)) }
    }
    return { trouble }
  } catch {
    return { trouble }
  }
}

/** Reads each key by its expected type. A key of the right type with invalid content is not found. */
async function findForeignKey(servers: Servers, keys: ChannelKeys): Promise<string | undefined> {
  const server = servers.serverOf(keys.slot)
  const pipeline = server === undefined ? undefined : servers.commandsOf(server)?.pipeline()
  const answers = await pipeline
    ?.hget(keys.meta, 'chain')
    .xrange(keys.events, '-', '+', 'COUNT', 1)
    .get(keys.incarnation)
    .hget(keys.keys, '')
    .zcount(keys.keyExpiry, 0, 1)
    .exec()
  const names = [keys.meta, keys.events, keys.incarnation, keys.keys, keys.keyExpiry]
  const index = answers?.findIndex(([error]) => error?.message.startsWith('WRONGTYPE')) ?? -1
  return names[index]
}
