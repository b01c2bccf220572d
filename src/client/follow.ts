import { jittered, type Random } from '../lib/jitter.ts'
import type { DecodedEvent } from '../wire/decode.ts'
import { CLOSING_EVENTS, OPEN } from '../wire/system-event-names.ts'
import { pause } from '../lib/pause.ts'
import { DEFAULT_HEARTBEAT, DEFAULT_RETRY } from './assumed-times.ts'
import { backoff } from './backoff.ts'
import type { Fetch } from './fetch.ts'
import { readConnection, type StreamState } from './read-connection.ts'
import { ServiceError } from './service-error.ts'

export interface FollowOptions {
  readonly url: URL
  /** Cursor to resume after; empty or left out for a first connect. */
  readonly cursor?: string
  /** Ends the iteration. */
  readonly signal: AbortSignal
  /** Opens the connections; by default the global `fetch`. */
  readonly fetch?: Fetch
  /** Draws the waits; by default `Math.random`. */
  readonly random?: Random
  /** Called when a connection has ended or failed to open, before the wait for the next one. */
  readonly onEnd?: (end: ConnectionEnd) => void
}

export interface ConnectionEnd {
  /** Undefined if the service closed the stream with a closing event. */
  readonly failure: ServiceError | undefined
  /** Cursor of the next connection; empty if none is known yet. */
  readonly lastEventId: string
  /** Milliseconds until the next connection. */
  readonly wait: number
}

/**
 * Follows a stream over all its connections, each of which resumes where the last one ended, and yields the
 * events of each chunk. Returns only after an abort; throws if the service refuses for good.
 */
export async function* follow(options: FollowOptions): AsyncGenerator<readonly DecodedEvent[]> {
  const {
    url,
    cursor = '',
    signal,
    fetch = globalThis.fetch,
    random = Math.random,
    onEnd,
  } = options
  const state: StreamState = {
    lastEventId: cursor,
    // Scattered as a service does it: clients that start together may all find no service.
    retry: jittered(DEFAULT_RETRY, random),
    heartbeat: DEFAULT_HEARTBEAT,
  }
  /** Failed attempts in a row. */
  let failures = 0
  while (!signal.aborted) {
    let failure: ServiceError | undefined = new ServiceError('it ended without a closing event')
    try {
      for await (const events of readConnection({ url, signal, fetch }, state)) {
        const isClosed = CLOSING_EVENTS.has(events.at(-1)?.event ?? '')
        if (isClosed || events.some(({ event }) => event === OPEN)) failures = 0
        yield events
        if (!isClosed) continue
        failure = undefined
        break
      }
    } catch (error) {
      if (!(error instanceof ServiceError && error.isRetryable)) throw error
      failure = error
    }
    if (signal.aborted) return
    const wait = failure === undefined ? state.retry : waitAfter(failure, failures++, state, random)
    onEnd?.({ failure, lastEventId: state.lastEventId, wait })
    await pause(wait, signal)
  }
}

/**
 * Never shorter than `retry`, which the standard lets a client only lengthen, nor than `Retry-After`. The first wait
 * needs no jitter: `retry` is scattered already.
 */
function waitAfter(
  { retryAfter }: ServiceError,
  failures: number,
  { retry }: StreamState,
  random: Random,
): number {
  return Math.max(retry, retryAfter, failures === 0 ? 0 : backoff(failures, retry, random))
}
