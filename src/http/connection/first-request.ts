import type { Socket } from 'node:net'
import { enterState, type ConnectionState } from './connection-state.ts'
import { parseRequestHead, type RequestHead } from './request-head.ts'

/** Takes over the connection of a first request, and returns true; or leaves it alone, and returns false. */
export type TakeConnection = (head: RequestHead, socket: Socket) => boolean

export interface FirstRequestOptions {
  /** Most bytes of a head. */
  readonly maxHeaderBytes: number
  /** How long the first bytes may take, in ms. */
  readonly headerTimeout: number
  readonly take: TakeConnection
  /** Handles the connection where it is not taken, with the bytes that have come. */
  readonly otherwise: (socket: Socket, bytes: Buffer) => void
  /** Answers that no byte has come in time. */
  readonly refuse: (socket: Socket) => void
  /** The connections in this state. */
  readonly waiting: Set<Socket>
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
    options.waiting.add(socket)
    enterState(socket, this)
    socket.setTimeout(options.headerTimeout)
  }

  onData(chunk: Buffer): void {
    const { maxHeaderBytes, take, otherwise } = this.#options
    this.#leave()
    const head = chunk.length <= maxHeaderBytes ? parseRequestHead(chunk) : undefined
    if (head === undefined || !take(head, this.#socket)) otherwise(this.#socket, chunk)
  }

  onTimeout(): void {
    this.#leave()
    this.#options.refuse(this.#socket)
  }

  onEnd(): void {
    this.#socket.end()
  }

  onError(): void {
    this.#socket.destroy()
  }

  onClose(): void {
    this.#leave()
  }

  #leave(): void {
    this.#options.waiting.delete(this.#socket)
    this.#socket.setTimeout(0)
  }
}
