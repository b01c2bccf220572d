/**
 * Every key and channel in Redis that is ours. Nothing else in the project writes one down.
 *
 * All keys of a channel stand in one hash slot, by their hash tag (Redis Cluster specification, "Hash
 * tags"). The names in them are encoded, so that no channel name can steer the tag.
 */
import { createHash } from 'node:crypto'
import calculateSlot from 'cluster-key-slot'

const PREFIX = 'runnel'

export interface ChannelKeys {
  /** Hash: the history but for its events. */
  readonly meta: string
  /** Stream: the events, each under the id `<offset>-0`. */
  readonly events: string
  /** Hash: idempotency keys, and what was answered to them. */
  readonly keys: string
  /** Sorted set: the same keys by the time at which they are forgotten. */
  readonly keyExpiry: string
  /** String: the incarnations of the log, or of the channel's slot in a cluster. */
  readonly incarnation: string
  /** Sharded pub/sub channel: notifications. */
  readonly live: string
  readonly slot: number
}

export interface KeySpace {
  /** The log is spread over servers, each of which can be lost with its part of it. */
  readonly isCluster: boolean
  /** Number of the database: pub/sub, unlike keys, does not know of it. */
  readonly db: number
}

export function channelKeys(channel: string, { isCluster, db }: KeySpace): ChannelKeys {
  const tag = `${PREFIX}:{${encodeURIComponent(channel)}}`
  const slot = calculateSlot(tag)
  return {
    meta: `${tag}:meta`,
    events: `${tag}:events`,
    keys: `${tag}:keys`,
    keyExpiry: `${tag}:key-expiry`,
    live: db === 0 ? `${tag}:live` : `${tag}:live:${db}`,
    incarnation: isCluster ? `${PREFIX}:incarnation:{${tagOfSlot(slot)}}` : `${PREFIX}:incarnation`,
    slot,
  }
}

/** Hash: the pods of the fleet. */
export const FLEET_KEY = `${PREFIX}:{fleet}:pods`

/** Never there but while a script tries what it may do. */
export const RIGHTS_KEY = `${PREFIX}:{fleet}:rights`

/** Hash: on which pods a client has streams. It may hold secrets or any text, so a digest stands for it. */
export function clientKey(client: string): string {
  return `${PREFIX}:{fleet}:client:${createHash('sha256').update(client).digest('base64url')}`
}

const tags = new Map<number, string>()
let candidate = 0

/** The first of `0`, `1`, … that lies in the slot: the same in every process. */
function tagOfSlot(slot: number): string {
  for (; !tags.has(slot); candidate++) {
    const tag = String(candidate)
    const found = calculateSlot(tag)
    if (!tags.has(found)) tags.set(found, tag)
  }
  return tags.get(slot)!
}
