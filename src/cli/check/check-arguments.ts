import { parseArgs } from 'node:util'
import { parseAddress, parseHost, type Address } from '../../config/kinds/address.ts'
import { duration } from '../../config/kinds/duration.ts'
import { integer, type Kind } from '../../config/kinds/kind.ts'
import { quote } from '../../config/parsed.ts'
import { randomId } from '../../lib/random-id.ts'
import { BadUse } from '../command.ts'
import { DEFAULT_URL, endpointOf, parseServiceUrl } from '../service-arguments.ts'

/** The parsed arguments of `check`. Times in ms. */
export interface CheckArguments {
  /** Base URL at which clients reach the service. */
  readonly url: URL
  /** Base URL for publishes. */
  readonly publishBase: URL
  /** Address of the connection, instead of the host of `url`. */
  readonly connect: Address | undefined
  readonly events: number
  readonly every: number
  readonly late: number
  readonly wait: number
  /** Whether to check a silent stream too, which takes as long as the heartbeat of the service. */
  readonly idle: boolean
}

/** One attempt of a check. */
export interface CheckAttempt extends CheckArguments {
  /** A new name, so that no event of another publisher or an earlier attempt is in it. */
  readonly channel: string
  readonly streamUrl: URL
  readonly publishUrl: URL
}

export function newAttempt(order: CheckArguments): CheckAttempt {
  const channel = `runnel.check.${randomId(12)}`
  const streamUrl = endpointOf(order.url, `/stream/${channel}`)
  // An event published before a slow stream is open then counts as late, not as missing.
  streamUrl.searchParams.set('from', 'earliest')
  const publishUrl = endpointOf(order.publishBase, `/publish/${channel}`)
  return { ...order, channel, streamUrl, publishUrl }
}

const OPTIONS = {
  'publish-url': { type: 'string' },
  connect: { type: 'string' },
  events: { type: 'string', default: '5' },
  every: { type: 'string', default: '300ms' },
  late: { type: 'string', default: '1s' },
  wait: { type: 'string', default: '30s' },
  idle: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

/** The bounds keep the length of the whole check bounded. */
const KINDS = {
  events: integer(1, 1000),
  every: duration('10ms', '1m'),
  late: duration('10ms', '1m'),
  wait: duration('1s', '10m'),
}

export function readCheckArguments(args: readonly string[]): CheckArguments | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
  })
  if (values.help) return 'help'
  const [written, ...more] = positionals
  if (written === undefined || more.length > 0) {
    throw new BadUse(`expected one URL, such as ${DEFAULT_URL}, got ${positionals.length}`)
  }
  const url = parseServiceUrl(written, 'URL')
  return {
    url,
    publishBase: parseServiceUrl(values['publish-url'] ?? written, '--publish-url'),
    connect: values.connect === undefined ? undefined : parseConnect(values.connect, url),
    events: parse('--events', KINDS.events, values.events),
    every: parse('--every', KINDS.every, values.every),
    late: parse('--late', KINDS.late, values.late),
    wait: parse('--wait', KINDS.wait, values.wait),
    idle: values.idle,
  }
}

function parseConnect(text: string, url: URL): Address {
  const address = parseAddress(text)
  if (address !== undefined && address.port !== 0) return address
  const host = parseHost(text)
  if (host.ok) return { host: host.value.replace(/^\[|\]$/g, ''), port: portOf(url) }
  throw new BadUse(
    `--connect: expected a host with or without a port, such as 10.0.0.7, ingress.example:8443 or ` +
      `[::1]:8080, got ${quote(text)}`,
  )
}

function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port)
  return protocol === 'https:' ? 443 : 80
}

function parse(flag: string, kind: Kind<number>, text: string): number {
  const parsed = kind.parse(text)
  if (parsed.ok) return parsed.value
  throw new BadUse(`${flag}: ${parsed.problem}`)
}
