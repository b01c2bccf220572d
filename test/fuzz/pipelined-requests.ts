import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Requests sent before the first answer is awaited. */
const DEPTH = 64

/**
 * Sends pipelined requests over one connection, and calls `onStatus` for each answer. When the service closes the
 * connection after an answer, the remaining requests are sent again over a new one.
 */
export async function sendAll(
  url: string,
  requests: Iterable<Buffer>,
  onStatus: (status: number, request: Buffer) => void,
): Promise<void> {
  let connection = await Connection.open(url)
  const iterator = requests[Symbol.iterator]()
  let waiting: Buffer[] = []
  for (;;) {
    while (waiting.length < DEPTH) {
      const next = iterator.next()
      if (next.done === true) break
      waiting.push(next.value)
    }
    if (waiting.length === 0) break
    const statuses = await connection.exchange(waiting)
    if (statuses.length === 0)
      throw new Error(`expected an answer to ${waiting[0]?.toString('latin1')}`)
    for (const [index, status] of statuses.entries()) onStatus(status, waiting[index]!)
    waiting = waiting.slice(statuses.length)
    if (connection.isClosed) connection = await Connection.open(url)
  }
  connection.close()
}

class Connection {
  readonly #socket: Socket
  #text = ''
  #onChange = () => undefined as void
  isClosed = false

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: unknown) => {
      this.#text += String(text)
      this.#onChange()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.isClosed = true
      this.#onChange()
    })
  }

  static async open(url: string): Promise<Connection> {
    const { hostname, port } = new URL(url)
    const socket = connect({ host: hostname, port: Number(port) })
    await once(socket, 'connect')
    return new Connection(socket)
  }

  /** The statuses of the answers: fewer than requests if the service closes the connection. */
  async exchange(requests: readonly Buffer[]): Promise<readonly number[]> {
    const statuses: number[] = []
    this.#socket.write(Buffer.concat(requests))
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#onChange = () => {
      this.#take(statuses)
      if (statuses.length >= requests.length || this.isClosed) resolve()
    }
    this.#onChange()
    await promise
    return statuses
  }

  close(): void {
    this.#socket.destroy()
  }

  /** Removes complete answers from the text. All answers of the service have a Content-Length. */
  #take(statuses: number[]): void {
    let at = 0
    for (;;) {
      const end = this.#text.indexOf('\r\n\r\n', at)
      if (end === -1) break
      const head = this.#text.slice(at, end)
      const length = Number(/\r\nContent-Length: (\d+)/i.exec(head)?.[1] ?? 0)
      if (this.#text.length < end + 4 + length) break
      const status = Number(head.slice(9, 12))
      if (status >= 200) statuses.push(status)
      // No answer follows this one, even if the connection stays open for a moment.
      if (/\r\nConnection: close/i.test(head)) {
        this.isClosed = true
        this.#socket.destroy()
      }
      at = end + 4 + length
    }
    this.#text = this.#text.slice(at)
  }
}
