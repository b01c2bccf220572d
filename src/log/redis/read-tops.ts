import type { Servers } from '../../redis/servers.ts'
import type { FollowedChannel } from './followed-channel.ts'
import { asArray, parseChain } from './parse-replies.ts'
import type { Standing } from './top.ts'

const CHUNK = 500
/** How often the metadata of a followed channel is kept from being forgotten, in ms. */
const RENEW_INTERVAL = 3_600_000

/**
 * Asks one server where channels stand, in few round trips, and keeps them from being forgotten for
 * `keep` ms more. A channel is missing from the answer if the server could not say.
 */
export async function readTops(
  servers: Servers,
  server: string,
  follows: readonly FollowedChannel[],
  keep: number,
): Promise<ReadonlyMap<FollowedChannel, Standing>> {
  const standings = new Map<FollowedChannel, Standing>()
  const incarnations = new Map<string, readonly string[]>()
  for (let start = 0; start < follows.length; start += CHUNK) {
    const chunk = follows.slice(start, start + CHUNK)
    const pipeline = servers.commandsOf(server)?.pipeline()
    if (pipeline === undefined) return standings
    const incarnationKeys = [...new Set(chunk.map(({ keys }) => keys.incarnation))].filter(
      (key) => !incarnations.has(key),
    )
    for (const key of incarnationKeys) pipeline.get(key)
    for (const { keys } of chunk) pipeline.hmget(keys.meta, 'chain', 'top', 'time')
    const now = performance.now()
    const due = chunk.filter(({ renewedAt }) => renewedAt < now - RENEW_INTERVAL)
    for (const follow of due) {
      follow.renewedAt = now
      // Never shorter than it is: `GT` takes the later end of the two.
      pipeline.pexpire(follow.keys.meta, keep, 'GT')
    }
    const answers = (await pipeline.exec()) ?? []
    for (const [index, key] of incarnationKeys.entries()) {
      const [error, incarnation] = answers[index] ?? []
      incarnations.set(key, error === null ? parseIncarnations(incarnation) : [])
    }
    for (const [index, follow] of chunk.entries()) {
      const [error, fields] = answers[incarnationKeys.length + index] ?? []
      if (error !== null) continue
      standings.set(
        follow,
        parseStanding(asArray(fields), incarnations.get(follow.keys.incarnation)!),
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
  const { epoch } = parseChain(chain).at(-1)!
  return { top: { epoch, offset: Number(top ?? 0), time: Number(time ?? 0) }, incarnations }
}

/** `<present> <previous, or -> <since>` */
function parseIncarnations(stored: unknown): string[] {
  if (typeof stored !== 'string') return []
  return stored
    .split(' ')
    .slice(0, 2)
    .filter((incarnation) => incarnation !== '-')
}
