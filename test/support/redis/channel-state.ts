import type { Redis } from 'ioredis'
import { channelKeys } from '../../../src/redis/keys.ts'

interface StoredKey {
  readonly dump: Buffer
  /** Milliseconds since 1970; -1 if the key does not expire. */
  readonly expiresAt: number
}

/** The keys of a channel on a server, byte for byte, with their expiry. */
export type ChannelState = ReadonlyMap<string, StoredKey>

function keysOf(channel: string): readonly string[] {
  const { meta, events, keys, keyExpiry } = channelKeys(channel, {
    prefix: 'runnel',
    isCluster: false,
    db: 0,
  })
  return [meta, events, keys, keyExpiry]
}

export async function saveChannel(client: Redis, channel: string): Promise<ChannelState> {
  const state = new Map<string, StoredKey>()
  for (const key of keysOf(channel)) {
    const dump = (await client.dumpBuffer(key)) as Buffer | null
    if (dump !== null) state.set(key, { dump, expiresAt: await client.pexpiretime(key) })
  }
  return state
}

/** Restores a channel to an earlier state, as an operator does with a backup. */
export async function restoreChannel(
  client: Redis,
  channel: string,
  state: ChannelState,
): Promise<void> {
  const pipeline = client.multi()
  for (const key of keysOf(channel)) {
    const stored = state.get(key)
    if (stored === undefined) pipeline.del(key)
    else pipeline.restore(key, 0, stored.dump, 'REPLACE')
  }
  await pipeline.exec()
}
