/**
 * What an append tells its followers, as bytes: `<epoch> <first> <previous> <time> <n1> <d1> <n2> <d2> …`
 * and a line feed, then names and data one after the other. `previous` is the time of the event before, and
 * thus says which one these follow on: offsets alone mean another event once a log was put back. The last
 * numbers are sizes in bytes, so that nothing needs escaping. A probe is a question mark and a token.
 *
 * Own form because this is the path of every event: the script joins what it was given, and a reader cuts
 * it, without parsing the text.
 */
import type { LogEvent } from '../event-log.ts'
import { toMs } from './parse-replies.ts'

/** Times in µs, but for those of the events. */
export interface Batch {
  readonly epoch: string
  /** Of the event before the first; 0 where there is none. */
  readonly previous: number
  readonly time: number
  readonly events: readonly LogEvent[]
}

export type Notification =
  | ({ readonly kind: 'events' } & Batch)
  | { readonly kind: 'probe'; readonly token: string }

const PROBE = '?'
const LINE_FEED = 10

export function encodeProbe(token: string): string {
  return PROBE + token
}

/** Undefined for what is none, which only a foreign writer can have sent. */
export function decodeNotification(bytes: Buffer): Notification | undefined {
  const end = bytes.indexOf(LINE_FEED)
  if (end === -1) {
    const text = bytes.toString('latin1')
    return text.startsWith(PROBE) ? { kind: 'probe', token: text.slice(1) } : undefined
  }
  const [epoch, ...numbers] = bytes.toString('latin1', 0, end).split(' ')
  const [first, previous, time, ...sizes] = numbers.map(Number)
  if (epoch === undefined || first === undefined) return undefined
  if (previous === undefined || time === undefined) return undefined
  const isPaired = sizes.length > 0 && sizes.length % 2 === 0
  if (!isPaired || !numbers.every((number) => /^\d+$/.test(number))) return undefined

  const events: LogEvent[] = []
  let start = end + 1
  const take = (size: number): string => bytes.toString('utf8', start, (start += size))
  for (let index = 0; index < sizes.length; index += 2) {
    const name = take(sizes[index]!)
    const data = take(sizes[index + 1]!)
    events.push({ offset: first + events.length, name, data, time: toMs(time) })
  }
  return start === bytes.length ? { kind: 'events', epoch, previous, time, events } : undefined
}
