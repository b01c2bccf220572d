/**
 * Clients that request as much as a client can without a token, and read as little as they like. Each kind has a
 * rate of new clients and a maximum number; the oldest client leaves when a new one exceeds it.
 */
import { connect as openSocket, type Socket } from 'node:net'
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
  /**
   * Bytes published per second: so few that a memory log still keeps the events that healthy clients have
   * to read.
   */
  readonly publishRate: number
}

interface PreparedTarget extends Target {
  /** A cursor of a channel that was never written. */
  readonly emptyCursor: string
}

interface Kind {
  /** Milliseconds between two new clients. */
  readonly interval: number | ((target: PreparedTarget) => number)
  /** The most clients of this kind at a time. */
  readonly limit: number
  readonly connect: (target: PreparedTarget) => Socket
}

const KEEP = ['Connection: keep-alive']
const MAX_CHANNELS = 16
const NDJSON_LINES = 500

/** Nearly as many header lines as the parser accepts. They stay in memory as long as their request. */
const HEADER_LINES = Array.from({ length: 800 }, (_, index) => `${index}: xxxxxxx`)

const KINDS: Readonly<Record<string, Kind>> = {
  'streams of sixteen channels that are never read, two more a second': {
    interval: 500,
    limit: 120,
    connect: (target) => ask(target, `/stream?${sixteen(target.channels)}&from=earliest`),
  },
  'live streams that are never read': {
    interval: 500,
    limit: 20,
    connect: (target) => ask(target, `/stream?${sixteen(target.channels)}`),
  },
  'streams that are read at four KB/s': {
    interval: 1_000,
    limit: 40,
    connect: (target) =>
      readSlowly(ask(target, `/stream?${sixteen(target.channels)}&from=earliest`)),
  },
  'streams that begin somewhere in the history': {
    interval: 500,
    limit: 20,
    connect: (target) =>
      ask(target, `/stream/${any(target.channels)}?last=${1 + below(1_000)}`).resume(),
  },
  'streams that leave at once': {
    interval: 500,
    limit: 1,
    connect: (target) =>
      ask(target, `/stream?${sixteen(target.channels)}&last=${1 + below(1_000)}`),
  },
  'streams of channels that no other client reads': {
    interval: 200,
    limit: 150,
    connect: (target) => ask(target, `/stream?${sixteen()}`),
  },
  'polls whose answers are never read': {
    interval: 200,
    limit: 60,
    connect: (target) => ask(target, `/poll?${sixteen(target.channels)}&from=earliest&limit=1000`),
  },
  'polls that are held': {
    interval: 100,
    limit: 230,
    connect: (target) => {
      const cursor = Array.from({ length: MAX_CHANNELS }, () => target.emptyCursor).join('.')
      const held = formatRequest(`/poll?${sixteen()}&wait=55`, {
        headers: [...KEEP, `Last-Event-ID: ${cursor}`, ...HEADER_LINES],
      })
      return send(target, held)
    },
  },
  'publishes whose blocks are seven times as large': {
    interval: ({ bodyLimit, publishRate }) => (2_000 * bodyLimit) / publishRate,
    limit: 4,
    connect: (target) => publish(target, 'text/plain', '\n'.repeat(target.bodyLimit)),
  },
  'publishes of many lines with fresh keys': {
    interval: ({ bodyLimit, publishRate }) => (2_000 * bodyLimit) / publishRate,
    limit: 4,
    connect: (target) => {
      const size = Math.floor(target.bodyLimit / NDJSON_LINES) - 12
      const line = `{"data":"${'€'.repeat(size / 3)}"}\n`
      return publish(target, 'application/x-ndjson', line.repeat(NDJSON_LINES))
    },
  },
  'bodies that come byte by byte and never end': {
    interval: 2_000,
    limit: 6,
    connect: (target) => {
      const headers = ['Content-Type: text/plain', 'Transfer-Encoding: chunked']
      const head = formatRequest('/publish/slow', { method: 'POST', headers })
      return send(target, head + '1\r\nx\r\n'.repeat(target.bodyLimit - 1))
    },
  },
  'idle connections after one request': {
    interval: 100,
    limit: 150,
    connect: (target) => send(target, formatRequest('/health/live', { headers: KEEP })),
  },
  'headers that never end': {
    interval: 100,
    limit: 150,
    connect: (target) => send(target, `GET /poll/a HTTP/1.1\r\n${HEADER_LINES.join('\r\n')}`),
  },
  'a thousand requests pipelined behind a held poll': {
    interval: 2_000,
    limit: 4,
    connect: (target) => {
      const path = `/poll/quiet?lastEventId=${target.emptyCursor}`
      return send(target, formatRequest(path, { headers: KEEP }).repeat(1_000))
    },
  },
}

/** Sends clients of all kinds for so many milliseconds. Resolves when all have left. */
export async function sendHostileClients(target: Target, milliseconds: number): Promise<void> {
  const { cursor: emptyCursor } = await poll(target.url, `/poll/${randomId(16)}?wait=0`)
  const signal = AbortSignal.timeout(milliseconds)
  const kinds = Object.values(KINDS)
  await Promise.all(kinds.map(async (kind) => sendKind(kind, { ...target, emptyCursor }, signal)))
}

async function sendKind(kind: Kind, target: PreparedTarget, signal: AbortSignal): Promise<void> {
  const interval = typeof kind.interval === 'number' ? kind.interval : kind.interval(target)
  const present: Socket[] = []
  while (!signal.aborted) {
    present.push(kind.connect(target))
    if (present.length > kind.limit) present.shift()!.destroy()
    await setTimeout(interval, undefined, { signal }).catch(() => undefined)
  }
  for (const socket of present) socket.destroy()
}

/** Sends bytes on a new connection, whose answer stays unread until the caller reads it. */
function send({ url }: Target, bytes: string): Socket {
  const { hostname, port } = new URL(url)
  const socket = openSocket({ host: hostname, port: Number(port) })
  // The service is expected to cut hostile clients.
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

/** Reads a few bytes at intervals until the connection closes. */
function readSlowly(socket: Socket): Socket {
  const timer = setInterval(() => socket.read(1_024), 250)
  return socket.on('close', () => {
    clearInterval(timer)
  })
}

/** A query of sixteen of these channels, or of sixteen channels with random names. */
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
