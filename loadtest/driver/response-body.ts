/** Takes bytes that are valid during the call alone. */
export interface ByteSink {
  push(bytes: Uint8Array): void
}

/** Takes the framing off a body, and hands its bytes on. */
export interface ResponseBody {
  /** The bytes from `start` on. What follows the end of the body is ignored. */
  push(bytes: Uint8Array, start: number, end: number): void
  /** The body said that it is whole. */
  readonly isComplete: boolean
  /** The end of the connection is the end of the body. */
  readonly isUntilClose: boolean
}
