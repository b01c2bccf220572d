import { DEFAULT_RETRY } from '../../src/client/assumed-times.ts'
import { LONGEST_TIMER_MS } from '../../src/wire/decode.ts'
import type { Reading, SubscribeOptions } from './commands.ts'
import type { Server } from './server.ts'

export type SubscriberState =
  | 'connecting'
  /** A stream is open, or polls go on. */
  | 'open'
  /** It comes back after a while. */
  | 'waiting'
  | 'closed'

/** A client of one channel that comes back after each end, until it is closed. */
export interface Subscriber {
  readonly state: SubscriberState
  /** Resolves with its first place, its first end or its close, whichever comes first. */
  start(): Promise<void>
  /** Destroys the connection of an open subscriber; no effect on any other. */
  cut(): void
  /** From here on, however it was told to read. */
  readAtOnce(): void
  /** For good. */
  close(): void
  /** Ends a connection that is dead, as the time since its last bytes shows. To be called about once a second. */
  checkSilence(now: number): void
}

/** How one subscriber begins. */
export interface SubscriberStart {
  readonly server: Server
  readonly channel: string
  readonly from: SubscribeOptions['from']
  readonly reading: Reading
  /** Where an earlier connection stood; empty for a first connect. */
  readonly cursor: string
}

/** The least wait in ms: a server that says `retry: 0` and refuses connections would else keep the driver busy with it. */
const SHORTEST_WAIT = 100

/** Statuses that mean that there is no place now. */
export const REFUSING_STATUSES: ReadonlySet<number> = new Set([429, 503])

/** What a server asks for, in ms, or the next that a timer can do: a longer one would run at once. */
export function waitAsAsked(milliseconds: number): number {
  return Math.min(Math.max(milliseconds, SHORTEST_WAIT), LONGEST_TIMER_MS)
}

/**
 * Milliseconds to wait after an answer that would end a native EventSource for good: 1.5 s to 4.5 s, so that not all
 * come back at once, or longer if `Retry-After` says so in seconds.
 */
export function waitAfterStatus(retryAfter: string | undefined): number {
  const asked = Number(retryAfter ?? 0)
  const wait = DEFAULT_RETRY * (0.5 + Math.random())
  return waitAsAsked(Number.isNaN(asked) ? wait : Math.max(wait, asked * 1_000))
}
