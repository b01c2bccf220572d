import type { TraceContext } from '../wire/trace-context.ts'

/** Most appends that are remembered, about 200 bytes each. */
const MAX_APPENDS = 10_000

/** A traced append, or the part of it that a read has returned. */
export interface TracedRange {
  readonly channel: string
  readonly epoch: string
  readonly first: number
  readonly last: number
  readonly trace: TraceContext
}

/**
 * The traced appends that this process has traced of late. A process may learn of an append twice: by its events
 * and by its announcement, in either order.
 */
export class SeenAppends {
  /** By channel and trace: each publish has a span of its own, so this tells appends apart, even parts of them. */
  readonly #newest = new Map<string, TracedRange>()

  has(range: TracedRange): boolean {
    const newest = this.#newest.get(keyOf(range))
    // A client may write the same context into several appends.
    return newest !== undefined && newest.epoch === range.epoch && newest.last >= range.first
  }

  add(range: TracedRange): void {
    const key = keyOf(range)
    this.#newest.delete(key)
    this.#newest.set(key, range)
    if (this.#newest.size <= MAX_APPENDS) return
    const [oldest] = this.#newest.keys()
    this.#newest.delete(oldest!)
  }
}

function keyOf({ channel, trace }: TracedRange): string {
  return `${channel} ${trace.traceparent}`
}
