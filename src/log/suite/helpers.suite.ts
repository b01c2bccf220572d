import { randomId } from '../../lib/random-id.ts'
import type {
  AppendResult,
  EventLog,
  Follower,
  IdempotencyKey,
  LogEvent,
  NewEvent,
} from '../event-log.ts'
import type { History } from '../history.ts'

/** The bounds that every adapter has. Bytes, and ms for the age. */
export interface SuiteBounds {
  readonly historyEvents: number
  readonly historyBytes: number
  readonly historyAge: number
}

export interface LogUnderTest extends AsyncDisposable {
  readonly log: EventLog
  /** The same log as another process holds it; the same object if the log has a single process. */
  readonly peer: EventLog
  /** A channel never written that shares its incarnation with this one; any, if the log has a single incarnation. */
  readonly newSibling?: (channel: string) => string
  /** Takes the notifications away from all processes and gives them back, while all else goes on. */
  readonly notifications?: {
    cut(): Promise<void>
    mend(): Promise<void>
  }
  /** The one server of the log, which can hang and go on. */
  readonly server?: {
    freeze(): void
    thaw(): void
  }
}

/**
 * Opens a log that shares no history with any other. Bounds that a test does not name are too large for it
 * to reach.
 */
export type OpenLog = (bounds?: Partial<SuiteBounds>) => Promise<LogUnderTest>

export type Accepted = Extract<AppendResult, { kind: 'accepted' }>

/** Runs of each property: every run may be dozens of round trips to a server. */
export const RUNS = { numRuns: 50 }

export const EVERYTHING = { after: 0, maxEvents: 1_000_000, maxBytes: 1024 ** 3 }

/** A channel that no earlier run has written to. */
export function newChannel(): string {
  return `suite-${randomId(12)}`
}

export function newEvents(...data: readonly string[]): readonly NewEvent[] {
  return data.map((text) => ({ name: 'message', data: text }))
}

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

/** An event with a trace context that adds 55 bytes, and with a `state` as many more as that has. */
export function tracedEvent(data: string, state = ''): NewEvent {
  const trace = { traceparent: TRACEPARENT, ...(state !== '' && { tracestate: state }) }
  return { name: 'message', data, trace }
}

/** Appends events that must not be refused. */
export async function accept(
  log: EventLog,
  channel: string,
  events: readonly NewEvent[],
  key?: IdempotencyKey,
): Promise<Accepted> {
  const result = await log.append(channel, events, key)
  if (result.kind !== 'accepted') {
    throw new Error(`expected the append to be accepted, got ${JSON.stringify(result)}`)
  }
  return result
}

export interface Contents {
  readonly history: History
  readonly events: readonly LogEvent[]
}

/** All kept events of a channel, without the fields that an adapter may add. */
export async function readAll(log: EventLog, channel: string): Promise<Contents> {
  const { history, events } = await log.read(channel, EVERYTHING)
  return { history, events: events.map(plainEvent) }
}

export function plainEvent({ offset, name, data, time, trace }: LogEvent): LogEvent {
  return trace === undefined ? { offset, name, data, time } : { offset, name, data, time, trace }
}

export interface Batch {
  readonly epoch: string
  readonly events: readonly LogEvent[]
}

/** Records the events that it gets. */
export class Recorder implements Follower {
  readonly batches: Batch[] = []

  get data(): readonly string[] {
    return this.batches.flatMap(({ events }) => events.map(({ data }) => data))
  }

  events(epoch: string, events: readonly LogEvent[]): void {
    this.batches.push({ epoch, events: events.map(plainEvent) })
  }

  /** Ignored: healthy servers lose no notification, and each adapter tests its own invalidations. */
  invalidate(): void {}
}
