/** What happens on a sink. */
export interface SinkListener {
  /** All bytes are handed to the kernel, after `whenDrained` was asked for. */
  onDrained(): void
  /** The connection is gone; called once. `cause` says how: `end`, `reset` or an error's code. */
  onGone(cause: string): void
}

/**
 * The writing end of one stream's connection. What the hub needs of a socket, and no more, so that it
 * can be tested without one. After `end` or `destroy` every call does nothing.
 */
export interface StreamSink {
  /** Address and port of the other end, as the kernel knows it: `192.0.2.7:51234`. */
  readonly peer: string
  /** Bytes accepted that the kernel has not taken yet. */
  readonly pendingBytes: number
  /**
   * Whether the peer has taken nothing for `limit` ms while bytes were pending. To be asked every now and
   * then, since it looks only when asked. `now` is `performance.now()`.
   */
  isStalled(now: number, limit: number): boolean
  listen(listener: SinkListener): void
  write(bytes: Buffer): void
  /** Asks for one call of `onDrained`. */
  whenDrained(): void
  /** Says farewell: the last bytes, the end of the body, and the connection closes soon after. */
  end(bytes: Buffer): void
  /** Cuts the connection, for a peer that would not read a farewell. */
  destroy(): void
}
