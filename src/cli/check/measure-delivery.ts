import { DEFAULT_EVENT_NAME } from '../../wire/event-name.ts'
import { CLOSING_EVENTS } from '../../wire/system-event-names.ts'
import { pause } from '../../lib/pause.ts'
import type { CheckAttempt } from './check-arguments.ts'
import type { CheckStream } from './check-stream.ts'
import { patienceOf, type Arrival, type Delivery, type Failure } from './delivery.ts'
import { publishEvents } from './publish-events.ts'

export interface MeasureOptions {
  readonly onArrival: (arrival: Arrival) => void
  readonly signal: AbortSignal
}

/**
 * Publishes the events and receives them, until all have arrived, a request fails or the time is over.
 * One process sends and receives, so that one clock measures both.
 */
export async function measureDelivery(
  stream: CheckStream,
  attempt: CheckAttempt,
  { onArrival, signal }: MeasureOptions,
): Promise<Delivery> {
  const start = performance.now()
  const sends: number[] = []
  const arrivals: Arrival[] = []
  const ending = new AbortController()
  const until = AbortSignal.any([signal, ending.signal])

  const receive = async (): Promise<Failure | undefined> => {
    const missing = new Set(Array.from({ length: attempt.events }, (_, index) => index + 1))
    while (missing.size > 0) {
      const next = await stream.next(until)
      if (next === undefined) {
        return stream.ending === undefined ? undefined : { kind: 'cut', reason: stream.ending }
      }
      if (CLOSING_EVENTS.has(next.event)) return { kind: 'closed', reason: next.event }
      const event = Number(next.data)
      const sent = sends[event - 1]
      if (next.event !== DEFAULT_EVENT_NAME || sent === undefined) continue
      const arrival = { event, sent, came: next.at - start }
      arrivals.push(arrival)
      missing.delete(event)
      onArrival(arrival)
    }
    return undefined
  }

  const receiving = receive().finally(() => {
    ending.abort()
  })
  const refused = await publishEvents(attempt, {
    signal: until,
    onSend: () => sends.push(performance.now() - start),
  })
  if (refused === undefined) await pause(patienceOf(attempt), until)
  ending.abort()
  const broken = await receiving
  // A service that dies breaks both, and the stream shows it first.
  return { arrivals, hasBegun: stream.opening !== undefined, failure: broken ?? refused }
}
