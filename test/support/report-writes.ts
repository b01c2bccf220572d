/**
 * Preloaded into a service (`--import`): writes a log line for every write of a TCP socket. Node calls `_write` or
 * `_writev` once for each write to the kernel.
 */
import { Socket } from 'node:net'

interface Piece {
  readonly chunk: Buffer | string
  readonly encoding: BufferEncoding
}

type Method = (this: Socket, ...args: unknown[]) => void

replace('_write', (chunk, encoding) => [{ chunk, encoding }] as readonly Piece[])
replace('_writev', (pieces) => pieces as readonly Piece[])

function replace(name: string, piecesOf: (...args: unknown[]) => readonly Piece[]): void {
  const original = Reflect.get(Socket.prototype, name) as Method
  const reporting: Method = function (...args) {
    // Standard output may be a socket as well.
    if (this.remotePort !== undefined) report(this.remotePort, piecesOf(...args))
    original.apply(this, args)
  }
  Reflect.set(Socket.prototype, name, reporting)
}

function report(peer: number, pieces: readonly Piece[]): void {
  const bytes = pieces.map(({ chunk, encoding }) =>
    typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk,
  )
  const text = Buffer.concat(bytes).toString()
  process.stdout.write(`${JSON.stringify({ msg: 'write', peer, text })}\n`)
}
