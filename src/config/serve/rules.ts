import { canonicalAddress } from '../../lib/ip-address.ts'
import { isLoopback } from '../../lib/loopback.ts'
import { formatAddress, type Address } from '../kinds/address.ts'
import { formatSize } from '../kinds/size.ts'
import { variableOf } from '../names.ts'
import { rulesBetween } from '../rule.ts'
import type { SERVE_GROUPS } from './groups.ts'

const rule = rulesBetween<typeof SERVE_GROUPS>()

export const SERVE_RULES = [
  rule(['AUTH', 'LISTEN'], ({ auth, listen }) => {
    if (auth !== undefined || isLoopback(listen.host)) return undefined
    return (
      `expected a value, because other machines can reach ${formatAddress(listen)}, got none: set ` +
      `${variableOf('AUTH')}=none to let everyone who reaches it subscribe and publish, or set ` +
      `${variableOf('LISTEN')} to a loopback address such as 127.0.0.1:${listen.port}`
    )
  }),
  rule(['ADMIN_LISTEN', 'LISTEN'], ({ adminListen, listen }) => {
    if (!areSamePort(adminListen, listen)) return undefined
    const admin = formatAddress(adminListen)
    return `expected an address apart from ${variableOf('LISTEN')} (${formatAddress(listen)}), got ${admin}`
  }),
  rule(
    ['HISTORY_BYTES', 'LOG_BYTES', 'REDIS_URL'],
    ({ historyBytes, logBytes, redisUrl }) =>
      // Otherwise one channel would trim all others before it reached its own bound.
      redisUrl === undefined ? expectAtMost(historyBytes, 'LOG_BYTES', logBytes) : undefined,
    ({ logBytes }) => logBytes,
  ),
  // After the rule that may lower the history.
  rule(
    ['BODY_LIMIT', 'HISTORY_BYTES'],
    ({ bodyLimit, historyBytes }) =>
      // An event larger than its history would be lost to each subscriber that is not connected at that moment.
      expectAtMost(bodyLimit, 'HISTORY_BYTES', historyBytes),
    ({ historyBytes }) => historyBytes,
  ),
  rule(['PUBLISH_ACK', 'REDIS_URL'], ({ publishAck, redisUrl }) =>
    publishAck === 'replicated' && redisUrl === undefined
      ? `expected primary, because a log in memory has no replica, got replicated: set ${variableOf('REDIS_URL')}`
      : undefined,
  ),
]

function expectAtMost(bytes: number, name: string, most: number): string | undefined {
  if (bytes <= most) return undefined
  return `expected at most ${variableOf(name)} (${formatSize(most)}), got ${formatSize(bytes)}`
}

/** Port 0 is never the same port, since each listener gets a free one. A wildcard covers every host. */
function areSamePort(one: Address, other: Address): boolean {
  if (one.port === 0 || one.port !== other.port) return false
  const [host, otherHost] = [one, other].map((each) => canonicalAddress(each.host) ?? each.host)
  return host === otherHost || isWildcard(host) || isWildcard(otherHost)
}

function isWildcard(host: string | undefined): boolean {
  return host === '0.0.0.0' || host === '::'
}
