/** `stopped`: a chunk came after the decoder had failed; `cause` is the failure. */
export type DecodeErrorReason = 'line-too-long' | 'event-too-large' | 'stopped'

export class DecodeError extends Error {
  override readonly name = 'DecodeError'
  readonly reason: DecodeErrorReason

  constructor(reason: DecodeErrorReason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}
