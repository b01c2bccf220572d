import type { Socket } from 'node:net'

export interface SilenceOptions {
  /** How long the first bytes may take, in ms. */
  readonly timeout: number
  /** Answers that no byte has come in time. */
  readonly refuse: (socket: Socket) => void
}

/**
 * The connections on which no byte has come yet. One timer is for all of them, which wait equally long: a timer for each
 * would cost more than the rest of its beginning.
 */
export class SilentConnections {
  readonly #options: SilenceOptions
  /** With the `performance.now()` at which each has waited too long; the oldest is first. */
  readonly #deadlines = new Map<Socket, number>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: SilenceOptions) {
    this.#options = options
  }

  add(socket: Socket): void {
    this.#deadlines.set(socket, performance.now() + this.#options.timeout)
    if (this.#timer === undefined) this.#awaitOldest(this.#options.timeout)
  }

  delete(socket: Socket): void {
    this.#deadlines.delete(socket)
  }

  destroyAll(): void {
    for (const socket of this.#deadlines.keys()) socket.destroy()
  }

  /** The server closes for its connections; a timer must not keep the process. */
  #awaitOldest(wait: number): void {
    this.#timer = setTimeout(() => {
      this.#refuseOverdue()
    }, wait).unref()
  }

  #refuseOverdue(): void {
    this.#timer = undefined
    const now = performance.now()
    for (const [socket, deadline] of this.#deadlines) {
      if (deadline > now) {
        this.#awaitOldest(deadline - now)
        return
      }
      this.#deadlines.delete(socket)
      this.#options.refuse(socket)
    }
  }
}
