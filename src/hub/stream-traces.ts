import type { LogEvent } from '../log/event-log.ts'
import type { CloseReason, StreamRecord } from './hub-observer.ts'
import type { ConnectOutcome, ConnectTrace, SlowDelivery } from './stream-tracing.ts'
import type { TracedFanOut } from './traced-fan-out.ts'

/** Most slow deliveries of one stream that are traced at once. */
const MAX_SLOW = 8

/** The open traces of one stream: that of its opening, and those of deliveries whose bytes wait for its socket. */
export class StreamTraces {
  #connect: ConnectTrace | undefined
  #slow: SlowDelivery[] = []

  constructor(connect?: ConnectTrace) {
    this.#connect = connect
  }

  get isEmpty(): boolean {
    return this.#connect === undefined && this.#slow.length === 0
  }

  opened(stream: StreamRecord): void {
    this.#connect?.opened(stream)
  }

  replayed(count: number, traced: ReadonlyMap<string, readonly LogEvent[]> = new Map()): void {
    this.#connect?.replayed(count, [...traced.values()].flat())
  }

  /** Ends the trace of the opening. */
  connected(outcome: ConnectOutcome): void {
    this.#connect?.end(outcome)
    this.#connect = undefined
  }

  /** The last events of these fan-outs wait for the socket of the stream. */
  slow(fanOuts: readonly TracedFanOut[], stream: StreamRecord, pendingBytes: number): void {
    for (const fanOut of fanOuts) {
      if (this.#slow.length >= MAX_SLOW) return
      const delivery = fanOut.slow(stream, pendingBytes)
      if (delivery !== undefined) this.#slow.push(delivery)
    }
  }

  /** The kernel has taken all bytes of the stream. */
  drained(): void {
    for (const delivery of this.#slow) delivery.drained()
    this.#slow = []
  }

  closed(reason: CloseReason, error?: unknown): void {
    this.connected({ kind: 'closed', reason, error })
    for (const delivery of this.#slow) delivery.cut(reason)
    this.#slow = []
  }
}
