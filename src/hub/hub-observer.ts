/**
 * Why a stream ended, and by whose doing:
 * - `client`: the peer closed; `reset`: it did so without a farewell; `vanished`: it stopped answering;
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

/** What is known of a stream, as it stands now. */
export interface StreamRecord {
  /** Names this connection in logs and traces. */
  readonly id: string
  readonly channels: readonly string[]
  /** Address of the client, as far as proxies are trusted. */
  readonly client: string
  /** Who opened it; empty for nobody in particular. */
  readonly principal: string
  /** `performance.now()` at the request. */
  readonly openedAt: number
  /** Events and bytes handed to the socket. */
  readonly events: number
  readonly bytes: number
  /** The cursor after the last event or gap that was handed to the socket. */
  readonly lastId: string
}

/** Told what happens to streams; must not throw. */
export interface HubObserver {
  opened(stream: StreamRecord, resumed: boolean): void
  closed(stream: StreamRecord, reason: CloseReason, error?: unknown): void
}
