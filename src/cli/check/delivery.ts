import { paint } from '../terminal.ts'

/** The result of a measurement. Times in ms since the stream was open. */
export interface Delivery {
  /** In the order of arrival; an event that arrived twice has two. */
  readonly arrivals: readonly Arrival[]
  /** Whether `runnel.open` arrived, which proves that a Runnel service sends the stream. */
  readonly hasBegun: boolean
  /** The reason for an end before all events had arrived. */
  readonly failure: Failure | undefined
}

export interface Arrival {
  /** The number of the event, from 1 in the order of publishes. */
  readonly event: number
  /** Start of its publish. */
  readonly sent: number
  readonly came: number
}

/** `closed`: the service closed the stream with a closing event; `cut`: the stream ended without one. */
export type Failure = { readonly kind: 'closed' | 'cut'; readonly reason: string } | PublishFailure

export interface PublishFailure {
  readonly kind: 'publish'
  readonly reason: string
  readonly advice: string
}

/** Longest wait for the answer to a publish, and for an event after the last publish, in ms. */
export function patienceOf({ late }: { readonly late: number }): number {
  return Math.max(late, 5_000)
}

/** The number of different events that have arrived. */
export function countArrived({ arrivals }: Delivery): number {
  return new Set(arrivals.map(({ event }) => event)).size
}

export function isLate({ sent, came }: Arrival, late: number): boolean {
  return came - sent > late
}

export interface ArrivalFormat {
  /** Largest delay of an event that is on time, in ms. */
  readonly late: number
  readonly hasColors: boolean
}

/** The output line of an arrival, with times since the stream was open. */
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
