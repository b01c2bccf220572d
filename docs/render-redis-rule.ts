import { readFileSync } from 'node:fs'
import { FLEET_COMMANDS } from '../src/capacity/redis/fleet-scripts.ts'
import { LOG_COMMANDS } from '../src/log/redis/script-commands.ts'
import { SENT_COMMANDS } from '../src/redis/sent-commands.ts'

const PAGE = new URL('redis.md', import.meta.url)
/** The rule of the user on the servers; the one for sentinels has no scripts. */
const RULE = /^(user runnel .*-@all) .*\+evalsha.*$/m

/** The page about Redis, which is written by hand but for the commands in the rule of the user. */
export function renderRedisRule(): string {
  const scripts = [...LOG_COMMANDS, ...FLEET_COMMANDS].map((command) => command.toLowerCase())
  const rights = [...new Set([...SENT_COMMANDS, ...scripts.toSorted()])].map((right) => `+${right}`)
  return readFileSync(PAGE, 'utf8').replace(RULE, `$1 ${rights.join(' ')}`)
}
