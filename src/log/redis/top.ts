/**
 * Where a channel stands, or stood once: its newest epoch and event. `time` is when that event was accepted,
 * in µs by the clock of its server: no two appends share one, so it tells apart what shares an offset.
 */
export interface Top {
  readonly epoch: string
  readonly offset: number
  readonly time: number
}

/** What the log says of a channel. */
export interface Standing {
  /** Undefined if the channel was never written. */
  readonly top: Top | undefined
  /** The incarnations of the log that are known, the newest first. */
  readonly incarnations: readonly string[]
}

export function isSame(one: Top | undefined, other: Top | undefined): boolean {
  return one?.epoch === other?.epoch && one?.offset === other?.offset && one?.time === other?.time
}

export function newerOf(one: Top | undefined, other: Top | undefined): Top | undefined {
  return one === undefined || (other !== undefined && other.time > one.time) ? other : one
}
