import { randomId } from '../../lib/random-id.ts'
import { channelKeys, rightsKey } from '../../redis/keys.ts'
import { Script } from '../../redis/script.ts'
import { isMissingRight, mendOfRights, missingRight } from '../../redis/missing-rights.ts'
import type { Servers } from '../../redis/servers.ts'
import { LogUnavailable, type EventLog } from '../event-log.ts'
import { encodeProbe } from './notification.ts'

/** Not a valid channel name, so no channel's keys are touched. */
const CHANNEL = '/'

/**
 * Tries all commands that the scripts of the log and of the fleet call, on a key that it deletes at its end.
 * KEYS: the key. Returns the errors.
 */
const TRY_COMMANDS = new Script(`
local key, errors = KEYS[1], {}
local function try(...)
  local reply = redis.pcall(...)
  if type(reply) == 'table' and reply.err then errors[#errors + 1] = ({...})[1] .. ': ' .. reply.err end
end
try('TIME')
try('INFO', 'replication')
try('GET', key)
try('SET', key, '', 'XX')
try('HSET', key, 'field', '')
try('HGET', key, 'field')
try('HMGET', key, 'field')
try('HGETALL', key)
try('HDEL', key, 'another')
try('PEXPIRE', key, 1000)
try('DEL', key)
try('XADD', key, 'NOMKSTREAM', '*', 'field', '')
try('XRANGE', key, '-', '+', 'COUNT', 1)
try('XTRIM', key, 'MINID', '=', 1)
try('XDEL', key, 1)
try('XSETID', key, 1)
try('ZADD', key, 'XX', 1, 'member')
try('ZCOUNT', key, 0, 1)
try('ZRANGEBYSCORE', key, 0, 1)
try('ZREM', key, 'member')
return errors
`)

/**
 * Tries all rights with commands that change nothing, since a missing right would otherwise show only at the
 * request that needs it. Rejects with a sentence if one is missing, but not if a server is away or takes no
 * writes for now.
 */
export async function checkRights(log: EventLog, servers: Servers): Promise<void> {
  const refusals = await findRefusals(log, servers)
  if (refusals.length === 0) return
  const mend = mendOfRights(rightsBehind(refusals, servers)) ?? ALL_RIGHTS
  throw new Error(
    `expected a Redis user with all rights that the log needs, got: ${refusals.join('; ')}: ${mend}`,
  )
}

const ALL_RIGHTS = 'give the Redis user all rights that docs/redis.md lists'

/** The rights without which scripts fail, by trying all commands that they call. */
export async function findMissingRights(servers: Servers): Promise<readonly string[]> {
  return rightsBehind(await findForbidden(servers), servers)
}

/** The server's errors for commands that the user may not run, each after the command's name. */
async function findForbidden(servers: Servers): Promise<readonly string[]> {
  const errors = await TRY_COMMANDS.run(servers, [rightsKey(servers.keySpace)], [])
  return Array.isArray(errors) ? errors.map(String).filter(isMissingRight) : []
}

function rightsBehind(errors: readonly string[], { keySpace }: Servers): readonly string[] {
  return errors.flatMap((text) => {
    // Servers before 7.2 do not say which command a script may not run.
    const [, tried] = /^([A-Z]+): /.exec(text) ?? []
    return missingRight(text, keySpace.prefix) ?? (tried ? [`+${tried.toLowerCase()}`] : [])
  })
}

async function findRefusals(log: EventLog, servers: Servers): Promise<readonly string[]> {
  const { slot, live } = channelKeys(CHANNEL, servers.keySpace)
  try {
    const refused = await findForbidden(servers)
    if (refused.length > 0) return refused
    await log.read(CHANNEL, { after: 0, maxEvents: 0, maxBytes: 0 })
    const stop = await log.follow(CHANNEL, { events: () => {}, invalidate: () => {} })
    stop()
    const server = servers.serverOf(slot)
    const commands = server === undefined ? undefined : servers.commandsOf(server)
    await commands?.ping()
    await commands?.spublish(live, encodeProbe(randomId(16)))
    return []
  } catch (error) {
    const cause = error instanceof LogUnavailable ? error.cause : error
    return cause instanceof Error && isMissingRight(cause.message) ? [cause.message] : []
  }
}
