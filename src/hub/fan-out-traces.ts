import type { LogEvent } from '../log/event-log.ts'
import { formatPosition } from '../wire/position.ts'
import type { FanOutGroups } from './fan-out-groups.ts'
import { SeenAppends, type TracedRange } from './seen-appends.ts'
import type { Arrival, FanOutTrace, StreamTracing } from './stream-tracing.ts'
import type { Tail } from './tail.ts'
import { TracedFanOut } from './traced-fan-out.ts'

/** How long a fan-out is traced at most, in ms. */
const MAX_DURATION = 5_000
/** Most fan-outs that are under way; beyond that the oldest ends early. */
const MAX_FAN_OUTS = 1_000

/** Traces the fan-outs of traced appends: one for each append, whatever the ways it comes to this process. */
export class FanOutTraces {
  readonly #groups: FanOutGroups
  readonly #tracing: StreamTracing
  readonly #seen = new SeenAppends()
  /** The oldest first. */
  readonly #underWay = new Set<TracedFanOut>()

  constructor(groups: FanOutGroups, tracing: StreamTracing) {
    this.#groups = groups
    this.#tracing = tracing
  }

  /** A tail has accepted these events, and no group has delivered them yet. */
  received(tail: Tail, events: readonly LogEvent[], source: 'notification' | 'read'): void {
    for (let index = 0; index < events.length; index++) {
      const first = events[index]!
      if (first.trace === undefined) continue
      while (events[index + 1]?.trace?.traceparent === first.trace.traceparent) index++
      this.#begin(tail, first, events[index]!, source)
    }
  }

  hasSeen(range: TracedRange): boolean {
    return this.#seen.has(range)
  }

  /** An append was announced, and no tail of this process has got its events. `at`: when the announcement came. */
  announced(range: TracedRange, acceptedAt: number, at: number): void {
    this.#arrive(range, { acceptedAt, source: 'announcement', at, live: 0 })?.end({
      written: 0,
      dropped: 0,
      bytes: 0,
    })
  }

  /** Ends fan-outs that take too long. To be called about once a second. */
  endOverdue(now: number): void {
    for (const fanOut of this.#underWay) {
      if (fanOut.startedAt > now - MAX_DURATION) return
      fanOut.end()
    }
  }

  close(): void {
    for (const fanOut of this.#underWay) fanOut.end()
  }

  /** Begins the fan-out of neighboring events with one trace. */
  #begin(tail: Tail, first: LogEvent, last: LogEvent, source: 'notification' | 'read'): void {
    const { channel } = tail
    const epoch = tail.epochAt(last.offset)
    const range = { channel, epoch, first: first.offset, last: last.offset, trace: first.trace! }
    if (this.#seen.has(range)) return
    const groups = this.#groups.of(channel).filter(({ live }) => live > 0)
    const live = groups.reduce((sum, group) => sum + group.live, 0)
    const at = performance.now()
    const trace = this.#arrive(range, { acceptedAt: last.time, source, at, live })
    if (trace === undefined) return
    const fanOut = new TracedFanOut({ tail, last: last.offset, startedAt: at }, trace, this.#forget)
    this.#add(fanOut)
    for (const group of groups) {
      fanOut.add(group)
      group.expect(fanOut)
    }
    if (groups.length === 0) fanOut.end()
  }

  #arrive(
    range: TracedRange,
    details: Pick<Arrival, 'acceptedAt' | 'source' | 'at' | 'live'>,
  ): FanOutTrace | undefined {
    this.#seen.add(range)
    const { channel, epoch, first, last, trace } = range
    const position = formatPosition(epoch, last)
    const streams = this.#groups.of(channel).reduce((sum, group) => sum + group.streams, 0)
    const count = last - first + 1
    return this.#tracing.arrived({ channel, position, count, trace, streams, ...details })
  }

  #add(fanOut: TracedFanOut): void {
    const [oldest] = this.#underWay
    if (this.#underWay.size >= MAX_FAN_OUTS) oldest!.end()
    this.#underWay.add(fanOut)
  }

  readonly #forget = (fanOut: TracedFanOut): void => {
    this.#underWay.delete(fanOut)
  }
}
