import { paint } from '../terminal.ts'

/** What was measured. Times in ms since the stream was open. */
export interface Delivery {
  /** In the order in which they came; of an event that came twice, both. */
  readonly arrivals: readonly Arrival[]
  /** Whether the service's own first event came, so that the stream is known to be one of Runnel. */
  readonly hasBegun: boolean
  /** What ended it before all events had come. */
  readonly failure: Failure | undefined
}

export interface Arrival {
  /** Events count from 1, in the order of their publishes. */
  readonly event: number
  /** When its publish began. */
  readonly sent: number
  readonly came: number
}

/** `closed`: the service closed the stream with a closing event; `cut`: the stream ended without one. */
export interface Failure {
  readonly kind: 'publish' | 'closed' | 'cut'
  readonly reason: string
}

/** How long after a publish its answer, and after the last one an event, is waited for, in ms. */
export function patienceOf({ late }: { readonly late: number }): number {
  return Math.max(late, 5_000)
}

/** How many of the events have come. */
export function countArrived({ arrivals }: Delivery): number {
  return new Set(arrivals.map(({ event }) => event)).size
}

export function isLate({ sent, came }: Arrival, late: number): boolean {
  return came - sent > late
}

export interface ArrivalFormat {
  /** What is more is late, in ms. */
  readonly late: number
  readonly hasColors: boolean
}

/** The line of an event that has come, with times since the stream was open. */
export function formatArrival(arrival: Arrival, { late, hasColors }: ArrivalFormat): string {
  const { event, sent, came } = arrival
  const line =
    `event ${String(event).padEnd(4)} sent at ${milliseconds(sent)}, came at ${milliseconds(came)}, ` +
    `after ${milliseconds(came - sent)}`
  if (!isLate(arrival, late)) return `${line}\n`
  return hasColors ? `${paint('yellow', `${line}, late`)}\n` : `${line}, late\n`
}

function milliseconds(time: number): string {
  return `${String(Math.round(time)).padStart(6)} ms`
}
