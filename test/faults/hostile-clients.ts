/**
 * Clients that ask for as much as anybody can ask without a token, and take as little of it as they like.
 * Each kind comes at a rate of its own and is bounded in number: the oldest leaves for the next.
 */
import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { randomId } from '../../src/lib/random-id.ts'
import { formatRequest } from '../support/clients/raw-response.ts'
import { poll } from '../support/clients/requests.ts'

export interface Target {
  readonly url: string
  /** Channels with long histories. */
  readonly channels: readonly string[]
  /** The largest body of a publish, in bytes. */
  readonly bodyLimit: number
  /** Bytes a second that may be published: a log in memory must keep what healthy clients have yet to read. */
  readonly publishRate: number
}

interface PreparedTarget extends Target {
  /** Where a channel that nobody ever wrote to stands. */
  readonly emptyCursor: string
}

interface Kind {
  /** Ms from one that comes to the next. */
  readonly interval: number | ((target: PreparedTarget) => number)
  /** Most that stay. */
  readonly most: number
  readonly come: (target: PreparedTarget) => Socket
}

const KEEP = ['Connection: keep-alive']
const MAX_CHANNELS = 16
const NDJSON_LINES = 500

/** As many header lines as the parser takes, nearly; kept for as long as their request is worked on. */
const HEADER_LINES = Array.from({ length: 800 }, (_, index) => `${index}: xxxxxxx`)

const KINDS: Readonly<Record<string, Kind>> = {
  'streams of sixteen channels that are never read, two more a second': {
    interval: 500,
    most: 120,
    come: (target) => ask(target, `/stream?${sixteen(target.channels)}&from=earliest`),
  },
  'live streams that are never read': {
    interval: 500,
    most: 20,
    come: (target) => ask(target, `/stream?${sixteen(target.channels)}`),
  },
  'streams that are read at four KB/s': {
    interval: 1_000,
    most: 40,
    come: (target) => readSlowly(ask(target, `/stream?${sixteen(target.channels)}&from=earliest`)),
  },
  'streams that begin somewhere in the history': {
    interval: 500,
    most: 20,
    come: (target) =>
      ask(target, `/stream/${any(target.channels)}?last=${1 + below(1_000)}`).resume(),
  },
  'streams that leave at once': {
    interval: 500,
    most: 1,
    come: (target) => ask(target, `/stream?${sixteen(target.channels)}&last=${1 + below(1_000)}`),
  },
  'streams of channels that nobody else knows': {
    interval: 200,
    most: 150,
    come: (target) => ask(target, `/stream?${sixteen()}`),
  },
  'polls whose answers are never read': {
    interval: 200,
    most: 60,
    come: (target) => ask(target, `/poll?${sixteen(target.channels)}&from=earliest&limit=1000`),
  },
  'polls that are held': {
    interval: 100,
    most: 230,
    come: (target) => {
      const cursor = Array.from({ length: MAX_CHANNELS }, () => target.emptyCursor).join('.')
      const held = formatRequest(`/poll?${sixteen()}&wait=55`, {
        headers: [...KEEP, `Last-Event-ID: ${cursor}`, ...HEADER_LINES],
      })
      return send(target, held)
    },
  },
  'publishes whose blocks are seven times as large': {
    interval: ({ bodyLimit, publishRate }) => (2_000 * bodyLimit) / publishRate,
    most: 4,
    come: (target) => publish(target, 'text/plain', '\n'.repeat(target.bodyLimit)),
  },
  'publishes of many lines with fresh keys': {
    interval: ({ bodyLimit, publishRate }) => (2_000 * bodyLimit) / publishRate,
    most: 4,
    come: (target) => {
      const size = Math.floor(target.bodyLimit / NDJSON_LINES) - 12
      const line = `{"data":"${'€'.repeat(size / 3)}"}\n`
      return publish(target, 'application/x-ndjson', line.repeat(NDJSON_LINES))
    },
  },
  'bodies that come byte by byte and never end': {
    interval: 2_000,
    most: 6,
    come: (target) => {
      const headers = ['Content-Type: text/plain', 'Transfer-Encoding: chunked']
      const head = formatRequest('/publish/slow', { method: 'POST', headers })
      return send(target, head + '1\r\nx\r\n'.repeat(target.bodyLimit - 1))
    },
  },
  'connections that have asked once': {
    interval: 100,
    most: 150,
    come: (target) => send(target, formatRequest('/health/live', { headers: KEEP })),
  },
  'headers that never end': {
    interval: 100,
    most: 150,
    come: (target) => send(target, `GET /poll/a HTTP/1.1\r\n${HEADER_LINES.join('\r\n')}`),
  },
  'requests by the thousand behind one that is held': {
    interval: 2_000,
    most: 4,
    come: (target) => {
      const path = `/poll/quiet?lastEventId=${target.emptyCursor}`
      return send(target, formatRequest(path, { headers: KEEP }).repeat(1_000))
    },
  },
}

/** Besieges a service for so many ms. Resolves when all have left. */
export async function sendHostileClients(target: Target, milliseconds: number): Promise<void> {
  const { cursor: emptyCursor } = await poll(target.url, `/poll/${randomId(16)}?wait=0`)
  const signal = AbortSignal.timeout(milliseconds)
  const kinds = Object.values(KINDS)
  await Promise.all(kinds.map(async (kind) => visit(kind, { ...target, emptyCursor }, signal)))
}

async function visit(kind: Kind, target: PreparedTarget, signal: AbortSignal): Promise<void> {
  const interval = typeof kind.interval === 'number' ? kind.interval : kind.interval(target)
  const present: Socket[] = []
  while (!signal.aborted) {
    present.push(kind.come(target))
    if (present.length > kind.most) present.shift()!.destroy()
    await setTimeout(interval, undefined, { signal }).catch(() => undefined)
  }
  for (const socket of present) socket.destroy()
}

/** Sends bytes on a connection that is not read unless somebody does. */
function send({ url }: Target, bytes: string): Socket {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  // To be cut off is what they are here for.
  socket.on('error', () => undefined)
  socket.pause()
  socket.write(bytes)
  return socket
}

function ask(target: Target, path: string): Socket {
  return send(target, formatRequest(path))
}

function publish(target: PreparedTarget, type: string, body: string): Socket {
  const headers = [
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Idempotency-Key: ${randomId(16)}`,
  ]
  const path = `/publish/${any(target.channels)}`
  return send(target, formatRequest(path, { method: 'POST', headers, body })).resume()
}

/** Reads a little every now and then, for as long as the connection stays. */
function readSlowly(socket: Socket): Socket {
  const timer = setInterval(() => socket.read(1_024), 250)
  return socket.on('close', () => {
    clearInterval(timer)
  })
}

/** Any sixteen of these, or of those that exist for nobody else. */
function sixteen(channels?: readonly string[]): string {
  const names = new Set<string>()
  while (names.size < MAX_CHANNELS)
    names.add(channels === undefined ? randomId(100) : any(channels))
  return [...names].map((name) => `channel=${name}`).join('&')
}

function any(channels: readonly string[]): string {
  return channels[below(channels.length)]!
}

function below(limit: number): number {
  return Math.floor(Math.random() * limit)
}
