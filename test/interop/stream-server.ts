import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

export interface StreamRequest {
  readonly path: string
  /** Undefined if the request has no such header. */
  readonly lastEventId: string | undefined
}

export interface StreamAnswer {
  readonly chunks: readonly (string | Uint8Array)[]
  /** Whether the body ends after the chunks, or the connection stays as it is. */
  readonly ends: boolean
}

export interface StreamServer extends AsyncDisposable {
  readonly url: string
}

const HEAD = [
  'HTTP/1.1 200 OK',
  'Content-Type: text/event-stream',
  'Cache-Control: no-store',
  'Connection: close',
  'Transfer-Encoding: chunked',
].join('\r\n')

/**
 * Sends any bytes as an event stream, each chunk as a chunk of HTTP and a write of its own. It writes
 * to the socket itself, so that no encoder of ours or of Node stands between a test and the wire.
 */
export async function startStreamServer(
  answer: (request: StreamRequest) => StreamAnswer,
): Promise<StreamServer> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    // Readers leave in the middle of a stream; that is how a collection stops.
    socket.on('error', () => socket.destroy())
    let head = ''
    socket.setEncoding('latin1').on('data', (text: string) => {
      head += text
      if (!head.includes('\r\n\r\n')) return
      socket.removeAllListeners('data').resume()
      void send(socket, answer(parseRequest(head)))
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    [Symbol.asyncDispose]: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}

function parseRequest(head: string): StreamRequest {
  const [, path = ''] = head.split(' ', 2)
  const [, lastEventId] = /^last-event-id: (.*)\r$/im.exec(head) ?? []
  return { path, lastEventId }
}

async function send(socket: Socket, { chunks, ends }: StreamAnswer): Promise<void> {
  await write(socket, `${HEAD}\r\n\r\n`)
  for (const chunk of chunks) {
    const bytes = Buffer.from(chunk)
    await write(
      socket,
      Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, CRLF]),
    )
  }
  if (ends) socket.end('0\r\n\r\n')
}

const CRLF = Buffer.from('\r\n')

/** Waits until the kernel has the bytes, so that two chunks are two writes. */
async function write(socket: Socket, bytes: Uint8Array | string): Promise<void> {
  if (socket.destroyed) return
  await new Promise<void>((resolve) => socket.write(bytes, () => resolve()))
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('expected a TCP address')
  return address.port
}
