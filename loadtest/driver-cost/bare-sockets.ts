import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Sockets that only count their bytes: what Node itself costs. */
export class BareSockets {
  bytes = 0
  readonly #sockets: Socket[] = []

  async open(url: string, channel: string, count: number): Promise<void> {
    const { hostname, port } = new URL(url)
    const buffer = Buffer.allocUnsafeSlow(64 * 1024)
    const callback = (length: number) => {
      this.bytes += length
      return true
    }
    while (this.#sockets.length < count) {
      const socket = connect({ host: hostname, port: Number(port), onread: { buffer, callback } })
      await once(socket, 'connect')
      socket.write(`GET /stream/${channel} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`)
      this.#sockets.push(socket)
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}
