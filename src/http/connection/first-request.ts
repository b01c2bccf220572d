import type { Socket } from 'node:net'
import { enterState, type ConnectionState } from './connection-state.ts'
import { parseRequestHead, type RequestHead } from './request-head.ts'
import type { SilentConnections } from './silent-connections.ts'

/** Takes over the connection of a first request, and returns true; or leaves it alone, and returns false. */
export type TakeConnection = (head: RequestHead, socket: Socket) => boolean

export interface FirstRequestOptions {
  /** Most bytes of a head. */
  readonly maxHeaderBytes: number
  readonly take: TakeConnection
  /** Handles the connection where it is not taken, with the bytes that have come. */
  readonly otherwise: (socket: Socket, bytes: Buffer) => void
  /** The connections in this state. */
  readonly silent: SilentConnections
}

/**
 * The state of a connection before its first bytes. A plain request for a stream is taken over at once: the objects of
 * `node:http` and Koa, which a stream gives up as soon as it begins, cost several times what is left to do.
 */
export class FirstRequest implements ConnectionState {
  readonly #socket: Socket
  readonly #options: FirstRequestOptions

  constructor(socket: Socket, options: FirstRequestOptions) {
    this.#socket = socket
    this.#options = options
    options.silent.add(socket)
    enterState(socket, this)
  }

  onData(chunk: Buffer): void {
    const { maxHeaderBytes, take, otherwise } = this.#options
    this.#options.silent.delete(this.#socket)
    const head = chunk.length <= maxHeaderBytes ? parseRequestHead(chunk) : undefined
    if (head === undefined || !take(head, this.#socket)) otherwise(this.#socket, chunk)
  }

  onEnd(): void {
    this.#socket.end()
  }

  onError(): void {
    this.#socket.destroy()
  }

  onClose(): void {
    this.#options.silent.delete(this.#socket)
  }
}
