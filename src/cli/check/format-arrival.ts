import { paint } from '../tail-text.ts'
import { isLate, type Arrival } from './delivery.ts'

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
