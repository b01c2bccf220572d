/**
 * The names of all keys and pub/sub channels that Runnel uses in Redis. No other file spells one out.
 *
 * All keys of a channel stand in one hash slot, by their hash tag (Redis Cluster specification, "Hash
 * tags"). Channel names are encoded in them, so that no channel name can choose the tag.
 */
import { createHash } from 'node:crypto'
import calculateSlot from 'cluster-key-slot'

export interface ChannelKeys {
  /** Hash: the metadata of the history, such as its epochs and its top. */
  readonly meta: string
  /** Stream: the events, each under the id `<offset>-0`. */
  readonly events: string
  /** Hash: idempotency keys, each with the answer to its publish. */
  readonly keys: string
  /** Sorted set: the idempotency keys by the time at which they expire. */
  readonly keyExpiry: string
  /** String: the incarnations of the log, or of the channel's slot in a cluster. */
  readonly incarnation: string
  /** Sharded pub/sub channel: notifications. */
  readonly live: string
  readonly slot: number
}

export interface KeySpace {
  /**
   * Begins every name, and holds no brace, so that no prefix can choose the tag. Several fleets share a server unheard
   * if each has its own: no name of one is a name of another, even where one prefix begins another.
   */
  readonly prefix: string
  /** The log is spread over the nodes of a cluster, each of which can be lost with its part. */
  readonly isCluster: boolean
  /** Number of the database. Pub/sub channels, unlike keys, are common to all databases. */
  readonly db: number
}

export function channelKeys(channel: string, { prefix, isCluster, db }: KeySpace): ChannelKeys {
  const tag = `${prefix}:{${encodeURIComponent(channel)}}`
  const slot = calculateSlot(tag)
  return {
    meta: `${tag}:meta`,
    events: `${tag}:events`,
    keys: `${tag}:keys`,
    keyExpiry: `${tag}:key-expiry`,
    live: db === 0 ? `${tag}:live` : `${tag}:live:${db}`,
    incarnation: isCluster ? `${prefix}:incarnation:{${tagOfSlot(slot)}}` : `${prefix}:incarnation`,
    slot,
  }
}

/** Pub/sub channel, not sharded: announcements of traced appends to any channel. */
export function announcementChannel({ prefix, db }: KeySpace): string {
  return db === 0 ? `${prefix}:traces` : `${prefix}:traces:${db}`
}

/** Hash: the pods of the fleet. */
export function fleetKey({ prefix }: KeySpace): string {
  return `${prefix}:{fleet}:pods`
}

/** Exists only while a script tries out its rights. */
export function rightsKey({ prefix }: KeySpace): string {
  return `${prefix}:{fleet}:rights`
}

/** Hash: a client's streams by pod. A client's name may hold secrets or any text, so the key has its digest. */
export function clientKey(client: string, { prefix }: KeySpace): string {
  return `${prefix}:{fleet}:client:${createHash('sha256').update(client).digest('base64url')}`
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
