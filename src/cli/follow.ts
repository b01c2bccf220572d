import type { DecodedEvent } from '../wire/decode.ts'
import { DRAIN, EXPIRE, FAULT, FULL, OPEN } from '../wire/system-event.ts'
import { backoff } from './backoff.ts'
import { pause } from './pause.ts'
import { ServiceError } from './service-client.ts'
import { readConnection, type StreamState } from './stream-connection.ts'

export interface FollowOptions {
  readonly url: URL
  /** Where to resume from; empty for a first connect. */
  readonly cursor: string
  /** Ends it. */
  readonly signal: AbortSignal
  /** The connection is lost; called once until it is back. `lastEventId` is where it will resume. */
  readonly onLost: (reason: string, lastEventId: string) => void
  readonly onBack: () => void
}

/** What the contract's defaults are, until the service has said what is true of it. */
const DEFAULTS = { retry: 3_000, heartbeat: 15_000 }

/** After these the service closes; the client comes back after `retry`, as it was asked to. */
const CLOSING_EVENTS: ReadonlySet<string> = new Set([FULL, DRAIN, EXPIRE, FAULT])

/**
 * Follows a stream over all its connections, resuming each where the last one ended. Returns on the
 * signal only; throws when the service refuses for good.
 */
export async function* follow(options: FollowOptions): AsyncGenerator<readonly DecodedEvent[]> {
  const { url, cursor, signal, onLost, onBack } = options
  const state: StreamState = { lastEventId: cursor, ...DEFAULTS }
  let isLost = false
  let failures = 0
  while (!signal.aborted) {
    let hasFarewell = false
    let failure = new ServiceError('it ended without a farewell')
    try {
      for await (const events of readConnection(url, state, signal)) {
        hasFarewell = CLOSING_EVENTS.has(events.at(-1)?.event ?? '')
        if (hasFarewell || events.some(({ event }) => event === OPEN)) failures = 0
        if (isLost && events.some(({ event }) => event === OPEN)) {
          isLost = false
          onBack()
        }
        yield events
        if (hasFarewell) break
      }
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof ServiceError && error.isPassing)) throw error
      failure = error
    }
    if (hasFarewell) {
      await pause(state.retry, signal)
      continue
    }
    if (!isLost) onLost(failure.message, state.lastEventId)
    isLost = true
    const wait = failures === 0 ? state.retry : backoff(failures, state.retry)
    failures++
    await pause(Math.max(wait, failure.retryAfter), signal)
  }
}
