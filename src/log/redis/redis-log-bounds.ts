/** Sizes in bytes, the age in ms. */
export interface RedisLogBounds {
  readonly historyEvents: number
  readonly historyAge: number
  readonly historyBytes: number
  /** Idempotency keys remembered a channel. */
  readonly maxKeys: number
  readonly publishAck: 'primary' | 'replicated'
}
