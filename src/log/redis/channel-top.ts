import type { ChannelKeys } from '../../redis/keys.ts'
import type { Servers } from '../../redis/servers.ts'

/** Channels about which the server is asked in one round trip. */
const CHUNK = 500
/** How often the metadata of a followed channel is kept from being forgotten, in ms. */
const RENEW_INTERVAL = 3_600_000

/**
 * Where a channel stands, or stood once: its newest epoch and event. `time` is when that event was accepted,
 * in µs by the clock of its server: no two appends share one, so it tells events of equal offset apart.
 */
export interface Top {
  readonly epoch: string
  readonly offset: number
  readonly time: number
}

/** The log's answer to where a channel stands. */
export interface Standing {
  /** Undefined if the channel was never written. */
  readonly top: Top | undefined
  /** The incarnations of the log that are known, the newest first. */
  readonly incarnations: readonly string[]
}

export function isSame(one: Top | undefined, other: Top | undefined): boolean {
  return one?.epoch === other?.epoch && one?.offset === other?.offset && one?.time === other?.time
}

export function newerOf(one: Top | undefined, other: Top | undefined): Top | undefined {
  return one === undefined || (other !== undefined && other.time > one.time) ? other : one
}

export interface RenewedChannel {
  readonly keys: ChannelKeys
  /** `performance.now()` when its metadata was last kept from being forgotten. */
  renewedAt: number
}

/**
 * Reads the tops of channels on one server, in few round trips, and extends the life of their metadata to
 * `keep` ms. A channel is missing from the answer if its read failed.
 */
export async function readTops<T extends RenewedChannel>(
  servers: Servers,
  server: string,
  channels: readonly T[],
  keep: number,
): Promise<ReadonlyMap<T, Standing>> {
  const standings = new Map<T, Standing>()
  const incarnations = new Map<string, readonly string[]>()
  for (let start = 0; start < channels.length; start += CHUNK) {
    const chunk = channels.slice(start, start + CHUNK)
    const pipeline = servers.commandsOf(server)?.pipeline()
    if (pipeline === undefined) return standings
    const incarnationKeys = [...new Set(chunk.map(({ keys }) => keys.incarnation))].filter(
      (key) => !incarnations.has(key),
    )
    for (const key of incarnationKeys) pipeline.get(key)
    for (const { keys } of chunk) pipeline.hmget(keys.meta, 'chain', 'top', 'time')
    const now = performance.now()
    const due = chunk.filter(({ renewedAt }) => renewedAt < now - RENEW_INTERVAL)
    for (const channel of due) {
      channel.renewedAt = now
      // `GT` never shortens the time to live.
      pipeline.pexpire(channel.keys.meta, keep, 'GT')
    }
    const answers = (await pipeline.exec()) ?? []
    for (const [index, key] of incarnationKeys.entries()) {
      const [error, incarnation] = answers[index] ?? []
      incarnations.set(key, error === null ? parseIncarnations(incarnation) : [])
    }
    for (const [index, channel] of chunk.entries()) {
      const [error, fields] = answers[incarnationKeys.length + index] ?? []
      if (error !== null) continue
      standings.set(
        channel,
        parseStanding(
          Array.isArray(fields) ? fields : [],
          incarnations.get(channel.keys.incarnation)!,
        ),
      )
    }
  }
  return standings
}

/** `fields`: chain, top and time. */
export function parseStanding(
  [chain, top, time]: readonly unknown[],
  incarnations: readonly string[],
): Standing {
  if (typeof chain !== 'string') return { top: undefined, incarnations }
  const [epoch] = chain.split(' ').at(-1)!.split(':')
  return { top: { epoch: epoch!, offset: Number(top ?? 0), time: Number(time ?? 0) }, incarnations }
}

/** `<present> <previous, or -> <since>` */
function parseIncarnations(stored: unknown): string[] {
  if (typeof stored !== 'string') return []
  return stored
    .split(' ')
    .slice(0, 2)
    .filter((incarnation) => incarnation !== '-')
}
