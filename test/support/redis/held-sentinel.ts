import { once } from 'node:events'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/**
 * A fake sentinel whose answers the test holds back, for races that take milliseconds with real sentinels. It
 * answers only the commands of the Redis library.
 */
export class HeldSentinel implements AsyncDisposable {
  readonly #server: Server
  readonly #primaryPort: number
  readonly #sockets = new Set<Socket>()
  readonly #subscribers = new Set<Socket>()
  readonly #waiting = new Set<Socket>()
  #isHolding = false

  private constructor(primaryPort: number) {
    this.#primaryPort = primaryPort
    this.#server = createServer((socket) => {
      this.#sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        for (const all of [this.#sockets, this.#subscribers, this.#waiting]) all.delete(socket)
      })
      socket.on('data', (bytes) => {
        this.#answer(socket, bytes.toString())
      })
    })
  }

  static async start(primaryPort: number): Promise<HeldSentinel> {
    const sentinel = new HeldSentinel(primaryPort)
    await once(sentinel.#server.listen(0, '127.0.0.1'), 'listening')
    return sentinel
  }

  get url(): string {
    return `redis+sentinel://127.0.0.1:${(this.#server.address() as AddressInfo).port}/runnel`
  }

  /** Connections subscribed to fail-overs. */
  get subscribers(): number {
    return this.#subscribers.size
  }

  /** Connections whose request for the primary is held. */
  get waiting(): number {
    return this.#waiting.size
  }

  hold(): void {
    this.#isHolding = true
  }

  release(): void {
    this.#isHolding = false
    for (const socket of this.#waiting) this.#tellPrimary(socket)
    this.#waiting.clear()
  }

  /** Announces a fail-over. */
  announce(): void {
    const address = `127.0.0.1 ${this.#primaryPort}`
    const message = ['message', CHANNEL, `runnel ${address} ${address}`]
    for (const socket of this.#subscribers) socket.write(encode(message))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await once(this.#server, 'close')
  }

  #answer(socket: Socket, requests: string): void {
    for (const [, command, subcommand] of requests.matchAll(COMMANDS)) {
      if (subcommand === 'get-master-addr-by-name') {
        if (this.#isHolding) this.#waiting.add(socket)
        else this.#tellPrimary(socket)
      } else if (command === 'subscribe') {
        this.#subscribers.add(socket)
        socket.write(`*3\r\n$9\r\nsubscribe\r\n$${CHANNEL.length}\r\n${CHANNEL}\r\n:1\r\n`)
      } else {
        socket.write(subcommand === 'sentinels' ? '*0\r\n' : '-NOPROTO none but the second\r\n')
      }
    }
  }

  #tellPrimary(socket: Socket): void {
    socket.write(encode(['127.0.0.1', String(this.#primaryPort)]))
  }
}

const CHANNEL = '+switch-master'
/** Matches a command, and captures its first two words. */
const COMMANDS = /\*\d+\r\n\$\d+\r\n(\S+)\r\n(?:\$\d+\r\n(\S+)\r\n)?/g

function encode(texts: readonly string[]): string {
  return `*${texts.length}\r\n${texts.map((text) => `$${text.length}\r\n${text}\r\n`).join('')}`
}
