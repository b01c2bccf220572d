/**
 * A process that sends events to all connections of a channel, each framed once for all, as a Runnel service does. It
 * tells its parent where it listens, and how many bytes an event takes.
 */
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { encodeEvent } from '../../src/wire/encode.ts'
import { monotonicNow } from '../driver/monotonic-clock.ts'
import { writePayload } from '../driver/payload.ts'
import { IDLE, LOADS, RUN_ID, type Load } from './loads.ts'

export interface ServerAddress {
  readonly url: string
  readonly bytesPerEvent: number
}

const HEAD =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const EPOCH = 'aaaaaaaa'
const DATA_BYTES = 128
/** All offsets have the same number of digits, and so all events the same number of bytes. */
const FIRST_OFFSET = 1_000_000_000

type Pacing = Pick<Load, 'connections' | 'eventsPerWrite' | 'pause'>

class Channel {
  readonly #load: Pacing
  readonly #sockets = new Set<Socket>()
  #offset = FIRST_OFFSET
  #isScheduled = false

  constructor(load: Pacing) {
    this.#load = load
  }

  add(socket: Socket): void {
    const id = `${EPOCH}-${this.#offset}`
    const data = JSON.stringify({ stream: 's', cursor: id, resumed: false, heartbeat: 15_000 })
    socket.write(HEAD + chunk(encodeEvent({ id, event: 'runnel.open', data })))
    this.#sockets.add(socket)
    socket.on('drain', () => this.#schedule())
    socket.on('close', () => this.#sockets.delete(socket))
    this.#schedule()
  }

  #nextEvents(): Buffer {
    const due = monotonicNow()
    let text = ''
    for (let event = 0; event < this.#load.eventsPerWrite; event++) {
      this.#offset++
      text += frame(this.#offset, due)
    }
    return Buffer.from(text)
  }

  /** Sends once all connections are there. */
  #schedule(): void {
    if (this.#isScheduled || this.#sockets.size < this.#load.connections) return
    this.#isScheduled = true
    if (this.#load.pause > 0) setTimeout(this.#send, this.#load.pause)
    else setImmediate(this.#send)
  }

  readonly #send = (): void => {
    this.#isScheduled = false
    const sockets = [...this.#sockets]
    // The slowest connection sets the pace: its drain sends again.
    if (sockets.some((socket) => socket.writableNeedDrain)) return
    const events = this.#nextEvents()
    for (const socket of sockets) socket.write(events)
    this.#schedule()
  }
}

/** An event as it is sent: its block in a chunk of its own. */
function frame(offset: number, due: number): string {
  const data = writePayload(RUN_ID, due, offset, DATA_BYTES)
  return chunk(encodeEvent({ id: `${EPOCH}-${offset}`, data }))
}

function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
}

const NOTHING = { eventsPerWrite: 0, pause: 0, connections: Number.POSITIVE_INFINITY }

const channels = new Map([
  ...LOADS.map((load) => [load.channel, new Channel(load)] as const),
  [IDLE, new Channel(NOTHING)],
])

const server = createServer((socket) => {
  // It is followed by 'close'.
  socket.on('error', () => undefined)
  socket.once('data', (request: Buffer) => {
    channels.get(/^GET \/stream\/(\S+)/.exec(request.toString())?.[1] ?? '')?.add(socket)
  })
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  const bytesPerEvent = frame(FIRST_OFFSET, monotonicNow()).length
  process.send?.({ url: `http://127.0.0.1:${port}`, bytesPerEvent } satisfies ServerAddress)
})
process.on('disconnect', () => process.exit())
