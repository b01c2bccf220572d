import type { CloseReason, StreamRecord } from '../../src/hub/hub-observer.ts'
import type {
  Arrival,
  ConnectOutcome,
  ConnectTrace,
  FanOutTrace,
  SlowDelivery,
  StreamTracing,
  TracedEvents,
} from '../../src/hub/stream-tracing.ts'
import type { LogEvent } from '../../src/log/event-log.ts'
import type { TraceContext } from '../../src/wire/trace-context.ts'

/** Records what the hub traces. */
export class RecordingTracing implements StreamTracing {
  readonly isOn = true
  readonly fanOuts: RecordedFanOut[] = []
  readonly lateDeliveries: {
    readonly stream: StreamRecord
    readonly channel: string
    readonly offsets: readonly number[]
  }[] = []
  readonly closings: {
    readonly stream: StreamRecord
    readonly reason: CloseReason
    readonly error: unknown
  }[] = []

  arrived(arrival: Arrival): RecordedFanOut {
    const fanOut = new RecordedFanOut(arrival)
    this.fanOuts.push(fanOut)
    return fanOut
  }

  late(stream: StreamRecord, channel: string, traced: readonly LogEvent[]): void {
    this.lateDeliveries.push({ stream, channel, offsets: traced.map(({ offset }) => offset) })
  }

  closed(stream: StreamRecord, reason: CloseReason, error?: unknown): void {
    this.closings.push({ stream, reason, error })
  }
}

export class RecordedFanOut implements FanOutTrace {
  readonly arrival: Arrival
  readonly deliveries: {
    readonly stream: StreamRecord
    readonly outcome: 'written' | 'dropped'
    readonly pendingBytes: number
  }[] = []
  /** The slow deliveries, each with how its waiting ended; `waiting` until then. */
  readonly slowDeliveries: { readonly stream: StreamRecord; ending: string }[] = []
  readonly ends: Parameters<FanOutTrace['end']>[0][] = []

  constructor(arrival: Arrival) {
    this.arrival = arrival
  }

  delivered(stream: StreamRecord, outcome: 'written' | 'dropped', pendingBytes: number): void {
    this.deliveries.push({ stream, outcome, pendingBytes })
  }

  slow(stream: StreamRecord): SlowDelivery {
    const delivery = { stream, ending: 'waiting' }
    this.slowDeliveries.push(delivery)
    const end = (ending: string) => {
      delivery.ending = delivery.ending === 'waiting' ? ending : `${delivery.ending}, ${ending}`
    }
    return { drained: () => end('drained'), cut: (reason) => end(`cut: ${reason}`) }
  }

  end(totals: Parameters<FanOutTrace['end']>[0]): void {
    this.ends.push(totals)
  }
}

/** Records the opening of one stream. */
export class RecordingConnect implements ConnectTrace {
  readonly span = { traceId: '1'.repeat(32), spanId: '1'.repeat(16) }
  readonly openedStreams: string[] = []
  readonly replays: { readonly count: number; readonly missed: readonly number[] }[] = []
  readonly outcomes: ConnectOutcome[] = []

  admitted(): void {}

  opened({ id }: StreamRecord): void {
    this.openedStreams.push(id)
  }

  replayed(count: number, missed: TracedEvents): void {
    const offsets = [...missed.values()].flatMap((events) => events.map(({ offset }) => offset))
    this.replays.push({ count, missed: offsets })
  }

  end(outcome: ConnectOutcome): void {
    this.outcomes.push(outcome)
  }
}

/** A sampled context of its own for each number. */
export function traceContext(number: number): TraceContext {
  const id = number.toString(16).padStart(16, '0')
  return { traceparent: `00-${id.padStart(32, 'a')}-${id}-01` }
}
