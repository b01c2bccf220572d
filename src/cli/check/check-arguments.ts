import { formatAddress, parseAddress, parseHost, type Address } from '../../config/kinds/address.ts'
import { duration } from '../../config/kinds/duration.ts'
import { integer, type Kind } from '../../config/kinds/kind.ts'
import { quote } from '../../config/parsed.ts'
import { parseFlags } from '../../lib/parse-flags.ts'
import { randomId } from '../../lib/random-id.ts'
import type { Fetch } from '../../client/fetch.ts'
import { BadUse, type CommandIo } from '../command.ts'
import { openFetch } from '../request/open-fetch.ts'
import { proxyOf, type Proxy } from '../request/proxy.ts'
import { HEADER_OPTIONS, quoteArgument, readHeaderArguments } from '../request/request-headers.ts'
import {
  DEFAULT_URL,
  endpointOf,
  parseServiceAddress,
  type ServiceAddress,
} from '../request/service-address.ts'

/** The parsed arguments of `check`. Times in ms. */
export interface CheckArguments {
  /** Where clients reach the service. */
  readonly service: ServiceAddress
  /** Where events are published. */
  readonly publishService: ServiceAddress
  /** Address of the connection, instead of the host of the service. */
  readonly connect: Address | undefined
  readonly events: number
  readonly every: number
  readonly late: number
  readonly wait: number
  /** Whether to wait for a server that nothing answers for yet, too: only where the time to wait is given. */
  readonly awaitsServer: boolean
  /** Whether to check a silent stream too, which takes as long as the heartbeat of the service. */
  readonly idle: boolean
}

/** What all attempts of a check have in common. */
export interface CheckOrder extends CheckArguments {
  /** The proxy of the variables, for all requests but publishes. */
  readonly proxy: Proxy | undefined
  /** Sends the publishes. */
  readonly publishFetch: Fetch
}

/** One attempt of a check. */
export interface CheckAttempt extends CheckOrder {
  /** A new name, so that no event of another publisher or an earlier attempt is in it. */
  readonly channel: string
  readonly streamUrl: URL
  readonly publishUrl: URL
}

/** Finds the proxies, and ends the command at headers that cannot be used. */
export async function prepareCheck(
  order: CheckArguments,
  env: CommandIo['env'],
): Promise<CheckOrder> {
  const { service, publishService, connect } = order
  await service.headers()
  return {
    ...order,
    // A proxy could not be told where to connect.
    proxy: connect === undefined ? proxyOf(service.url, env) : undefined,
    publishFetch: await openFetch(publishService, isPublishStraight(order) ? {} : env),
  }
}

/** Whether publishes go to where the stream is connected past the proxy: both take the same way then. */
function isPublishStraight({ service, publishService, connect }: CheckArguments): boolean {
  if (connect === undefined) return false
  const { url } = publishService
  return (
    url.origin === service.url.origin || `${url.hostname}:${portOf(url)}` === formatAddress(connect)
  )
}

export function newAttempt(order: CheckOrder): CheckAttempt {
  const channel = `runnel.check.${randomId(12)}`
  const streamUrl = endpointOf(order.service.url, `/stream/${channel}`)
  // An event published before a slow stream is open then counts as late, not as missing.
  streamUrl.searchParams.set('from', 'earliest')
  const publishUrl = endpointOf(order.publishService.url, `/publish/${channel}`)
  return { ...order, channel, streamUrl, publishUrl }
}

const OPTIONS = {
  'publish-url': { type: 'string' },
  connect: { type: 'string' },
  events: { type: 'string', default: '5' },
  every: { type: 'string', default: '300ms' },
  late: { type: 'string', default: '1s' },
  wait: { type: 'string' },
  idle: { type: 'boolean', default: false },
  ...HEADER_OPTIONS,
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
  const { values, positionals } = parseFlags({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
  })
  if (values.help) return 'help'
  // First of all, since the arguments may be the rest of a header.
  const headers = readHeaderArguments(values)
  const [written, ...more] = positionals
  if (written === undefined || more.length > 0) {
    throw new BadUse(`expected one URL, such as ${DEFAULT_URL}, got ${positionals.length}`)
  }
  const service = parseServiceAddress(written, 'URL', headers, quoteArgument(written, headers))
  const publishUrl = values['publish-url']
  return {
    service,
    publishService:
      publishUrl === undefined
        ? service
        : parseServiceAddress(publishUrl, '--publish-url', headers),
    connect: values.connect === undefined ? undefined : parseConnect(values.connect, service.url),
    events: parse('--events', KINDS.events, values.events),
    every: parse('--every', KINDS.every, values.every),
    late: parse('--late', KINDS.late, values.late),
    wait: parse('--wait', KINDS.wait, values.wait ?? '30s'),
    awaitsServer: values.wait !== undefined,
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
