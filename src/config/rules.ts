import { isLoopback } from '../lib/loopback.ts'
import { formatAddress, type Address } from './address.ts'
import { hasValues, type PartOfConfig, type Values } from './config.ts'
import { variableOf } from './names.ts'
import type { Readings } from './read-setting.ts'
import type { SettingProblem } from './setting-problem.ts'
import type { SettingName } from './settings.ts'
import { formatSize } from './size.ts'

/** A rule between settings. The first one named is the one to blame. */
interface Rule {
  readonly blame: SettingName
  readonly check: (values: Values) => string | undefined
}

const RULES: readonly Rule[] = [
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
  rule(['BODY_LIMIT', 'HISTORY_BYTES'], ({ bodyLimit, historyBytes }) =>
    // An event that its channel cannot hold would be lost to everyone who is not connected right now.
    expectAtMost(bodyLimit, 'HISTORY_BYTES', historyBytes),
  ),
  rule(['HISTORY_BYTES', 'LOG_BYTES', 'REDIS_URL'], ({ historyBytes, logBytes, redisUrl }) =>
    // One channel could never reach its own bound, and would trim all others on its way.
    redisUrl === undefined ? expectAtMost(historyBytes, 'LOG_BYTES', logBytes) : undefined,
  ),
  rule(['PUBLISH_ACK', 'REDIS_URL'], ({ publishAck, redisUrl }) =>
    publishAck === 'replicated' && redisUrl === undefined
      ? `expected primary, because a log in memory has no replica, got replicated: set ${variableOf('REDIS_URL')}`
      : undefined,
  ),
  rule(['REDIS_CA_FILE', 'REDIS_URL'], ({ redisCaFile, redisUrl }) =>
    redisCaFile !== undefined && redisUrl?.tls !== true
      ? `expected no file, because ${variableOf('REDIS_URL')} is without TLS, got one: write rediss in place of redis`
      : undefined,
  ),
]

/** What is wrong between values that are right by themselves. */
export function checkRules(values: Values, readings: Readings): SettingProblem[] {
  return RULES.flatMap(({ blame, check }) => {
    const message = check(values)
    if (message === undefined) return []
    return [{ source: readings.get(blame)?.source ?? variableOf(blame), message }]
  })
}

/** A rule is asked only where every value it needs is right: one slip makes one problem. */
function rule<Name extends SettingName>(
  needs: readonly [Name, ...Name[]],
  check: (values: PartOfConfig<Name>) => string | undefined,
): Rule {
  return {
    blame: needs[0],
    check: (values) => (hasValues(values, needs) ? check(values) : undefined),
  }
}

function expectAtMost(bytes: number, name: SettingName, most: number): string | undefined {
  if (bytes <= most) return undefined
  return `expected at most ${variableOf(name)} (${formatSize(most)}), got ${formatSize(bytes)}`
}

/** Port 0 becomes a free one; a wildcard covers every host, of its own family at least. */
function areSamePort(one: Address, other: Address): boolean {
  if (one.port === 0 || one.port !== other.port) return false
  return one.host === other.host || isWildcard(one.host) || isWildcard(other.host)
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}
