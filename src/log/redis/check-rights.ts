import { randomId } from '../../lib/random-id.ts'
import { channelKeys, rightsKey } from '../../redis/keys.ts'
import { lua } from '../../redis/lua.ts'
import { Script } from '../../redis/script.ts'
import { isMissingRight, mendOfRights, missingRight } from '../../redis/missing-rights.ts'
import type { Servers } from '../../redis/servers.ts'
import { LogUnavailable, type EventLog } from '../event-log.ts'
import { encodeProbe } from './notification.ts'
import { asArray } from './parse-replies.ts'
import { LOG_COMMANDS } from './script-commands.ts'

/** Not a valid channel name, so no channel's keys are touched. */
const CHANNEL = '/'

/**
 * Asks which commands scripts may not run on a key, to which the user has a right since the script was started. KEYS: the
 * key. ARGV: commands. Returns those that the user may not run or the server lacks.
 */
const FIND_FORBIDDEN = new Script(lua()`
local forbidden = {}
for _, command in ipairs(ARGV) do
  local isKnown, isAllowed = pcall(redis.acl_check_cmd, command, KEYS[1])
  if not (isKnown and isAllowed) then forbidden[#forbidden + 1] = command end
end
return forbidden
`)

/**
 * Tries all rights without a change, since a missing right would otherwise show only at the request that needs it:
 * those of the log, and `besides` the commands of other scripts. Rejects with a sentence if one is missing, but not if a
 * server is away or takes no writes for now.
 */
export async function checkRights(
  log: EventLog,
  servers: Servers,
  besides: ReadonlySet<string>,
): Promise<void> {
  const refusal = await findRefusal(log, servers, new Set([...LOG_COMMANDS, ...besides]))
  if (refusal === undefined) return
  const { detail, rights } = refusal
  throw new Error(
    `expected a Redis user with all rights that the log needs, got: ${detail}: ${mendOfRights(rights) ?? ALL_RIGHTS}`,
  )
}

const ALL_RIGHTS = 'give the Redis user all rights that docs/redis.md lists'

interface Refusal {
  readonly detail: string
  readonly rights: readonly string[]
}

/** The rights without which scripts of the log fail. */
export async function findMissingRights(servers: Servers): Promise<readonly string[]> {
  return findForbidden(servers, LOG_COMMANDS)
}

async function findForbidden(
  servers: Servers,
  commands: ReadonlySet<string>,
): Promise<readonly string[]> {
  // What a script publishes needs the right to a channel as well: it is tried as it is.
  const asked = [...commands].filter((command) => command !== 'SPUBLISH')
  const forbidden = await FIND_FORBIDDEN.run(servers, [rightsKey(servers.keySpace)], asked)
  return asArray(forbidden).map((command) => `+${String(command).toLowerCase()}`)
}

async function findRefusal(
  log: EventLog,
  servers: Servers,
  commands: ReadonlySet<string>,
): Promise<Refusal | undefined> {
  const { slot, live } = channelKeys(CHANNEL, servers.keySpace)
  try {
    const rights = await findForbidden(servers, commands)
    if (rights.length > 0) return { detail: `none to ${rights.join(' ')}`, rights }
    await log.read(CHANNEL, { after: 0, maxEvents: 0, maxBytes: 0 })
    const stop = await log.follow(CHANNEL, { events: () => {}, invalidate: () => {} })
    stop()
    const server = servers.serverOf(slot)
    const commandsOfServer = server === undefined ? undefined : servers.commandsOf(server)
    await commandsOfServer?.ping()
    await commandsOfServer?.spublish(live, encodeProbe(randomId(16)))
    return undefined
  } catch (error) {
    const cause = error instanceof LogUnavailable ? error.cause : error
    if (!(cause instanceof Error) || !isMissingRight(cause.message)) return undefined
    const right = missingRight(cause.message, servers.keySpace.prefix)
    return { detail: cause.message, rights: right === undefined ? [] : [right] }
  }
}
