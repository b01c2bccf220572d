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

/** `farewell`: the service closed the stream and said so; `cut`: it ended without a word. */
export interface Failure {
  readonly kind: 'publish' | 'farewell' | 'cut'
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
