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

interface Scene extends Target {
  /** Where a channel that nobody ever wrote to stands. */
  readonly emptyCursor: string
}

interface Kind {
  /** Ms from one that comes to the next. */
  readonly interval: number | ((scene: Scene) => number)
  /** Most that stay. */
  readonly most: number
  readonly come: (scene: Scene) => Socket
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
    come: (scene) => ask(scene, `/stream?${sixteen(scene.channels)}&from=earliest`),
  },
  'live streams that are never read': {
    interval: 500,
    most: 20,
    come: (scene) => ask(scene, `/stream?${sixteen(scene.channels)}`),
  },
  'streams that are read at four KB/s': {
    interval: 1_000,
    most: 40,
    come: (scene) => sip(ask(scene, `/stream?${sixteen(scene.channels)}&from=earliest`)),
  },
  'streams that begin somewhere in the history': {
    interval: 500,
    most: 20,
    come: (scene) => ask(scene, `/stream/${any(scene.channels)}?last=${1 + below(1_000)}`).resume(),
  },
  'streams that leave at once': {
    interval: 500,
    most: 1,
    come: (scene) => ask(scene, `/stream?${sixteen(scene.channels)}&last=${1 + below(1_000)}`),
  },
  'streams of channels that nobody else knows': {
    interval: 200,
    most: 150,
    come: (scene) => ask(scene, `/stream?${sixteen()}`),
  },
  'polls whose answers are never read': {
    interval: 200,
    most: 60,
    come: (scene) => ask(scene, `/poll?${sixteen(scene.channels)}&from=earliest&limit=1000`),
  },
  'polls that are held': {
    interval: 100,
    most: 230,
    come: (scene) => {
      const cursor = Array.from({ length: MAX_CHANNELS }, () => scene.emptyCursor).join('.')
      const held = formatRequest(`/poll?${sixteen()}&wait=55`, {
        headers: [...KEEP, `Last-Event-ID: ${cursor}`, ...HEADER_LINES],
      })
      return send(scene, held)
    },
  },
  'publishes whose blocks are seven times as large': {
    interval: ({ bodyLimit, publishRate }) => (2_000 * bodyLimit) / publishRate,
    most: 4,
    come: (scene) => publish(scene, 'text/plain', '\n'.repeat(scene.bodyLimit)),
  },
  'publishes of many lines with fresh keys': {
    interval: ({ bodyLimit, publishRate }) => (2_000 * bodyLimit) / publishRate,
    most: 4,
    come: (scene) => {
      const size = Math.floor(scene.bodyLimit / NDJSON_LINES) - 12
      const line = `{"data":"${'€'.repeat(size / 3)}"}\n`
      return publish(scene, 'application/x-ndjson', line.repeat(NDJSON_LINES))
    },
  },
  'bodies that come byte by byte and never end': {
    interval: 2_000,
    most: 6,
    come: (scene) => {
      const headers = ['Content-Type: text/plain', 'Transfer-Encoding: chunked']
      const head = formatRequest('/publish/slow', { method: 'POST', headers })
      return send(scene, head + '1\r\nx\r\n'.repeat(scene.bodyLimit - 1))
    },
  },
  'connections that have asked once': {
    interval: 100,
    most: 150,
    come: (scene) => send(scene, formatRequest('/health/live', { headers: KEEP })),
  },
  'headers that never end': {
    interval: 100,
    most: 150,
    come: (scene) => send(scene, `GET /poll/a HTTP/1.1\r\n${HEADER_LINES.join('\r\n')}`),
  },
  'requests by the thousand behind one that is held': {
    interval: 2_000,
    most: 4,
    come: (scene) => {
      const target = `/poll/quiet?lastEventId=${scene.emptyCursor}`
      return send(scene, formatRequest(target, { headers: KEEP }).repeat(1_000))
    },
  },
}

/** Besieges a service for so many ms. Resolves when all have left. */
export async function besiege(target: Target, milliseconds: number): Promise<void> {
  const { cursor: emptyCursor } = await poll(target.url, `/poll/${randomId(16)}?wait=0`)
  const signal = AbortSignal.timeout(milliseconds)
  const kinds = Object.values(KINDS)
  await Promise.all(kinds.map(async (kind) => visit(kind, { ...target, emptyCursor }, signal)))
}

async function visit(kind: Kind, scene: Scene, signal: AbortSignal): Promise<void> {
  const interval = typeof kind.interval === 'number' ? kind.interval : kind.interval(scene)
  const present: Socket[] = []
  while (!signal.aborted) {
    present.push(kind.come(scene))
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

function publish(scene: Scene, type: string, body: string): Socket {
  const headers = [
    `Content-Type: ${type}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Idempotency-Key: ${randomId(16)}`,
  ]
  const path = `/publish/${any(scene.channels)}`
  return send(scene, formatRequest(path, { method: 'POST', headers, body })).resume()
}

/** Reads a little every now and then, for as long as the connection stays. */
function sip(socket: Socket): Socket {
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
