import { randomId } from '../../lib/random-id.ts'
import { channelKeys } from '../../redis/keys.ts'
import { isForbidden } from '../../redis/server-check.ts'
import type { Servers } from '../../redis/servers.ts'
import { LogUnavailable, type EventLog } from '../event-log.ts'
import { encodeProbe } from './notification.ts'

/** No channel of the contract has this name. */
const CHANNEL = '/'

/**
 * Does all that changes nothing, since a right that is missing would show request by request only. Rejects
 * with a sentence then; a server that is away is no reason.
 */
export async function checkRights(log: EventLog, servers: Servers): Promise<void> {
  const { isCluster, url } = servers
  const { slot, live } = channelKeys(CHANNEL, { isCluster, db: url.db })
  try {
    await log.read(CHANNEL, { after: 0, maxEvents: 0, maxBytes: 0 })
    const stop = await log.follow(CHANNEL, { events: () => {}, doubt: () => {} })
    stop()
    const server = servers.serverOf(slot)
    if (server === undefined) return
    await servers.commandsOf(server)?.spublish(live, encodeProbe(randomId(16)))
  } catch (error) {
    const refusal = error instanceof LogUnavailable ? error.cause : error
    if (!(refusal instanceof Error) || !isForbidden(refusal)) return
    const reason = refusal.message
    throw new Error(`expected a Redis user with all rights that the log needs, got: ${reason}`, {
      cause: error,
    })
  }
}
