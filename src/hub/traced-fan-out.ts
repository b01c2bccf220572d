import type { StreamRecord } from './hub-observer.ts'
import type { FanOutTrace, SlowDelivery } from './stream-tracing.ts'
import type { Tail } from './tail.ts'

/** A group that has yet to deliver the last event of a traced append. */
export interface AwaitedGroup {
  /** The fan-out has ended without the group. */
  forget(fanOut: TracedFanOut): void
}

/**
 * A traced append on its way to the live streams of its channel. It ends once each of the awaited groups has
 * delivered its last event, or cannot.
 */
export class TracedFanOut {
  readonly tail: Tail
  /** Offset of the last event of the append. */
  readonly last: number
  /** `performance.now()` at its arrival. */
  readonly startedAt: number
  readonly #trace: FanOutTrace
  readonly #onEnd: (fanOut: TracedFanOut) => void
  readonly #awaited = new Set<AwaitedGroup>()
  #written = 0
  #dropped = 0
  #bytes = 0
  #isEnded = false

  constructor(
    append: { readonly tail: Tail; readonly last: number; readonly startedAt: number },
    trace: FanOutTrace,
    onEnd: (fanOut: TracedFanOut) => void,
  ) {
    this.tail = append.tail
    this.last = append.last
    this.startedAt = append.startedAt
    this.#trace = trace
    this.#onEnd = onEnd
  }

  add(group: AwaitedGroup): void {
    this.#awaited.add(group)
  }

  /** A stream was given the batch with the last event. `pendingBytes`: bytes that wait for its socket afterwards. */
  written(stream: StreamRecord, bytes: number, pendingBytes: number): void {
    if (this.#isEnded) return
    this.#written++
    this.#bytes += bytes
    this.#trace.delivered(stream, 'written', pendingBytes)
  }

  dropped(stream: StreamRecord, pendingBytes: number): void {
    if (this.#isEnded) return
    this.#dropped++
    this.#trace.delivered(stream, 'dropped', pendingBytes)
  }

  slow(stream: StreamRecord, pendingBytes: number): SlowDelivery | undefined {
    return this.#isEnded ? undefined : this.#trace.slow(stream, pendingBytes)
  }

  /** The members of the group have got the last event, or cannot get it from the group any more. */
  finish(group: AwaitedGroup): void {
    this.#awaited.delete(group)
    if (this.#awaited.size === 0) this.end()
  }

  end(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    for (const group of this.#awaited) group.forget(this)
    this.#awaited.clear()
    this.#trace.end({ written: this.#written, dropped: this.#dropped, bytes: this.#bytes })
    this.#onEnd(this)
  }
}
