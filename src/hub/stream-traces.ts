import type { LogEvent } from '../log/event-log.ts'
import type { CloseReason, StreamRecord } from './hub-observer.ts'
import type { ConnectOutcome, ConnectTrace, SlowDelivery, TracedEvents } from './stream-tracing.ts'
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

  /** Events were read from the log before the stream was live. `missed`: as of `splitAtOpening`. */
  replayed(count: number, missed: TracedEvents): void {
    this.#connect?.replayed(count, missed)
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

/**
 * Traces a delivery that was written to a stream. `traces`: those of the stream that are open. Returns those that are
 * open from here on.
 */
export function traceWritten(
  traces: StreamTraces | undefined,
  fanOuts: readonly TracedFanOut[],
  stream: StreamRecord & { readonly pendingBytes: number },
  bytes: number,
): StreamTraces | undefined {
  const { pendingBytes } = stream
  for (const fanOut of fanOuts) fanOut.written(stream, bytes, pendingBytes)
  if (pendingBytes === 0) return traces
  const open = traces ?? new StreamTraces()
  open.slow(fanOuts, stream, pendingBytes)
  return open.isEmpty ? undefined : open
}

const NO_EVENTS: TracedEvents = new Map()

/**
 * Splits events that a stream reads before it is first live: the log has accepted `missed` before the stream was open,
 * and `late` since then. `openedAt` is a `performance.now()`. The clocks of the log and of this process may differ,
 * which moves the border, and does nothing else.
 */
export function splitAtOpening(
  traced: TracedEvents | undefined,
  openedAt: number,
): { readonly missed: TracedEvents; readonly late: TracedEvents } {
  if (traced === undefined) return { missed: NO_EVENTS, late: NO_EVENTS }
  const border = Date.now() - (performance.now() - openedAt)
  // Most replays are of history alone, and are not copied.
  if ([...traced.values()].every((events) => events.at(-1)!.time <= border)) {
    return { missed: traced, late: NO_EVENTS }
  }
  const missed = new Map<string, readonly LogEvent[]>()
  const late = new Map<string, readonly LogEvent[]>()
  for (const [channel, events] of traced) {
    const first = events.findLastIndex(({ time }) => time <= border) + 1
    if (first > 0) missed.set(channel, events.slice(0, first))
    if (first < events.length) late.set(channel, events.slice(first))
  }
  return { missed, late }
}
