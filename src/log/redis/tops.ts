import type { Servers } from '../../redis/servers.ts'
import type { Follow, Top } from './follow.ts'
import { parseChain } from './replies.ts'

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
  follows: readonly Follow[],
  keep: number,
): Promise<ReadonlyMap<Follow, Top | undefined>> {
  const tops = new Map<Follow, Top | undefined>()
  for (let start = 0; start < follows.length; start += CHUNK) {
    const chunk = follows.slice(start, start + CHUNK)
    const pipeline = servers.commandsOf(server)?.pipeline()
    if (pipeline === undefined) return tops
    for (const { keys } of chunk) pipeline.hmget(keys.meta, 'chain', 'top')
    const now = performance.now()
    const due = chunk.filter(({ renewedAt }) => renewedAt < now - RENEW_INTERVAL)
    for (const follow of due) {
      follow.renewedAt = now
      // Never shorter than it is: `GT` takes the later end of the two.
      pipeline.pexpire(follow.keys.meta, keep, 'GT')
    }
    const answers = (await pipeline.exec()) ?? []
    for (const [index, follow] of chunk.entries()) {
      const [error, fields] = answers[index] ?? []
      if (error === null) tops.set(follow, parseTop(fields))
    }
  }
  return tops
}

function parseTop(fields: unknown): Top | undefined {
  const [chain, top]: unknown[] = Array.isArray(fields) ? fields : []
  if (typeof chain !== 'string') return undefined
  return { epoch: parseChain(chain).at(-1)!.epoch, offset: Number(top) }
}
