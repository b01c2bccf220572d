/** Told of the events of a sink. */
export interface SinkListener {
  /** The kernel has taken all bytes. Called once after each `whenDrained`. */
  onDrained(): void
  /** The connection is gone. Called once; `cause` is `end`, `noise` or an error's code. */
  onGone(cause: string): void
}

/**
 * The writing end of one stream's connection: the part of a socket that the hub needs, so that the hub can be
 * tested without sockets. After `end` or `destroy` all calls are ignored.
 */
export interface StreamSink {
  /** Address and port of the other end, as the kernel knows it: `192.0.2.7:51234`. */
  readonly peer: string
  /** Bytes accepted that the kernel has not taken yet. */
  readonly pendingBytes: number
  /**
   * Whether the peer has taken nothing for `limit` ms while bytes were pending. To be called repeatedly, since
   * progress is checked only then. `now` is `performance.now()`.
   */
  isStalled(now: number, limit: number): boolean
  listen(listener: SinkListener): void
  write(bytes: Buffer): void
  /** Writes text as UTF-8. Cheaper than bytes that no other stream shares: no buffer is made. */
  writeText(text: string): void
  /** Requests one call of `onDrained`. */
  whenDrained(): void
  /** Writes the last bytes and ends the body; the connection closes soon after. */
  end(bytes: Buffer): void
  /** Cuts the connection, for a peer that would not read a closing event. */
  destroy(): void
}
