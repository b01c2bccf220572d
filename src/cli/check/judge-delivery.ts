import { formatDuration } from '../../config/kinds/duration.ts'
import { printable } from '../terminal.ts'
import type { CheckArguments } from './check-arguments.ts'
import { BUFFERS, CLOSED, CUT, ELSEWHERE, REPEATED, SLOW, UNKNOWN } from './delivery-advice.ts'
import { countArrived, isLate, patienceOf, type Arrival, type Delivery } from './delivery.ts'
import { fail, pass, type Finding } from './verdict.ts'

type Limits = Pick<CheckArguments, 'events' | 'late'>

/**
 * Finds the worst fault of a delivery. `kept` is the number of events in the channel at the service behind
 * the URL, asked for if events are missing; undefined without an answer.
 */
export function judgeDelivery(delivery: Delivery, limits: Limits, kept?: number): Finding {
  return (
    judgeFailure(delivery, limits) ??
    judgeMissing(delivery, limits, kept) ??
    judgeSequence(delivery.arrivals) ??
    judgeTimes(delivery.arrivals, limits)
  )
}

function judgeFailure(delivery: Delivery, { events }: Limits): Finding | undefined {
  const { failure } = delivery
  if (failure === undefined) return undefined
  const reason = printable(failure.reason)
  const when = `when ${countArrived(delivery)} of ${events} events had come`
  switch (failure.kind) {
    case 'publish': {
      return fail(reason, failure.advice)
    }
    case 'closed': {
      return fail(`the service closed the stream (${reason}) ${when}`, CLOSED)
    }
    case 'cut': {
      return fail(`the stream was cut ${when}: ${reason}`, CUT)
    }
  }
}

function judgeMissing(delivery: Delivery, limits: Limits, kept?: number): Finding | undefined {
  const missing = limits.events - countArrived(delivery)
  if (missing === 0) return undefined
  const beginning = delivery.hasBegun ? '' : ', nor did the beginning of the stream'
  const found =
    `${missing} of ${limits.events} events did not come within ` +
    `${formatDuration(patienceOf(limits))} after the last publish${beginning}`
  // A proxy that holds events back lets none overtake another.
  if (hasHole(delivery.arrivals)) return fail(found, ELSEWHERE)
  if (kept === undefined) return fail(found, UNKNOWN)
  return fail(found, kept === 0 ? ELSEWHERE : `The service has them. ${BUFFERS}`)
}

function hasHole(arrivals: readonly Arrival[]): boolean {
  const events = new Set(arrivals.map(({ event }) => event))
  return Math.max(0, ...events) > events.size
}

function judgeSequence(arrivals: readonly Arrival[]): Finding | undefined {
  const seen = new Set<number>()
  let highest = 0
  for (const { event } of arrivals) {
    if (seen.has(event)) return fail(`event ${event} came twice`, REPEATED)
    if (event < highest) return fail(`event ${event} came after event ${highest}`, REPEATED)
    seen.add(event)
    highest = event
  }
  return undefined
}

function judgeTimes(arrivals: readonly Arrival[], { events, late }: Limits): Finding {
  const slowest = Math.max(...arrivals.map(({ sent, came }) => came - sent))
  const after = `the slowest after ${Math.round(slowest)} ms`
  const lateOnes = arrivals.filter((arrival) => isLate(arrival, late))
  if (lateOnes.length === 0) return pass(`${events} of ${events} events came on time, ${after}`)
  const found = `${lateOnes.length} of ${events} events came late, ${after}`
  const isTogether = arrivals.some((arrival, index) => {
    const next = arrivals[index + 1]
    return next !== undefined && isLate(arrival, late) && hasCaughtUp(next, arrival)
  })
  return isTogether ? fail(`${found}, and events came together`, BUFFERS) : fail(found, SLOW)
}

/** Events that are only slow keep their distance in time; events from a buffer arrive together. */
function hasCaughtUp(next: Arrival, arrival: Arrival): boolean {
  return next.came - arrival.came < (next.sent - arrival.sent) / 2
}
