import type { TraceContext } from '../wire/trace-context.ts'

/**
 * Why a stream ended, and by whose doing:
 * - `client`: the peer closed; `reset`: it did so without closing; `vanished`: it stopped answering;
 *   `noise`: it sent bytes that no stream expects.
 * - `age`, `drain`, `shed`: told to come back. `full`: the log could not be reached at the start.
 * - `stalled`: took nothing for too long. `fault`: a failure of ours.
 */
export type CloseReason =
  | 'client'
  | 'reset'
  | 'vanished'
  | 'noise'
  | 'age'
  | 'drain'
  | 'shed'
  | 'full'
  | 'stalled'
  | 'fault'

export const CLOSED_BY: Readonly<Record<CloseReason, 'client' | 'server'>> = {
  client: 'client',
  reset: 'client',
  vanished: 'client',
  noise: 'client',
  age: 'server',
  drain: 'server',
  shed: 'server',
  full: 'server',
  stalled: 'server',
  fault: 'server',
}

/** Who asks, since when, and within which trace. */
export interface RequestRecord {
  /** Empty for nobody in particular. */
  readonly principal: string
  /** Address of the client, as far as proxies are trusted. */
  readonly address: string
  /** `performance.now()` when the request came. */
  readonly requestedAt: number
  /** Undefined where the request named none. */
  readonly trace: TraceContext | undefined
}

/** What is known of a stream, as it stands now. */
export interface StreamRecord {
  /** Names this connection in log lines and traces. */
  readonly id: string
  readonly request: RequestRecord
  readonly channels: readonly string[]
  /** `performance.now()` when `runnel.open` was written; undefined until then. */
  readonly openedAt: number | undefined
  /** Whether it goes on from the client's cursor without a gap. */
  readonly resumed: boolean
  /** Events and bytes handed to the socket. */
  readonly events: number
  readonly bytes: number
  /** The cursor after the last event or gap that was handed to the socket. */
  readonly lastId: string
}

/**
 * Told what happens to streams. Nothing depends on what it does, and it must not throw. Each stream is
 * closed once, and opened once before that unless it ends sooner.
 */
export interface HubObserver {
  opened(stream: StreamRecord): void
  closed(stream: StreamRecord, reason: CloseReason, error?: unknown): void
}
