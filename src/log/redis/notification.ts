/**
 * The notifications that followers of a channel are sent. The first byte is the version; after it comes
 *   - of an append `<epoch> <first> <previous> <time> <shape> <size> <size> …`, a line feed, and the values of its
 *     events one after the other. The shape is how many values each event has, `2` or `4`; of appends that shared a
 *     command, also how many events each of them has, as in `2:1,1,3`. The values are name and data, and where there
 *     are four also traceparent and tracestate, empty where there is none. Sizes are those of the values in bytes, so
 *     that nothing needs escaping. `previous` is the time of the event before, which identifies it: after a log was
 *     put back, the same offset may be of another event;
 *   - of a probe `?<token>`.
 *
 * An own form because this is the path of every event: the script joins its arguments, and a reader cuts
 * the result, without parsing text.
 */
import type { LogEvent } from '../event-log.ts'
import { toLogEvent } from './parse-replies.ts'

/** The events of one command. Times in µs, but for those of the events. */
export interface AppendNotice {
  readonly epoch: string
  /** Of the event before the first; 0 where there is none. */
  readonly previous: number
  readonly time: number
  readonly events: readonly LogEvent[]
  /** How many of them are of each append; absent where there is one. */
  readonly counts?: readonly number[] | undefined
}

export type Notification =
  | ({ readonly kind: 'append' } & AppendNotice)
  | { readonly kind: 'probe'; readonly token: string }
  /** From another version or another program: the channel has to be checked in the log. */
  | { readonly kind: 'unreadable' }

/** To be raised with every change that a reader of the previous version would misread. */
export const NOTIFICATION_VERSION = 1

const UNREADABLE = { kind: 'unreadable' } as const
const PROBE = '?'
const LINE_FEED = 10
const HEADER =
  /^([0-9A-Za-z]{8}) (\d{1,16}) (\d{1,16}) (\d{1,16}) ([24])(?::([1-9]\d{0,2}(?:,[1-9]\d{0,2})+))? (\d{1,16}(?: \d{1,16})+)$/

export function encodeProbe(token: string): string {
  return String.fromCharCode(NOTIFICATION_VERSION) + PROBE + token
}

export function decodeNotification(bytes: Buffer): Notification {
  if (bytes[0] !== NOTIFICATION_VERSION) return UNREADABLE
  if (bytes[1] === PROBE.charCodeAt(0)) return { kind: 'probe', token: bytes.toString('latin1', 2) }
  const end = bytes.indexOf(LINE_FEED)
  const header = bytes.toString('latin1', 1, Math.max(1, end))
  const found = HEADER.exec(header)
  if (found === null) return UNREADABLE

  const [, epoch, , , , , countList, sizeList] = found
  const [first = 0, previous = 0, time = 0, width = 0] = found.slice(2, 6).map(Number)
  const sizes = sizeList!.split(' ').map(Number)
  const counts = countList?.split(',').map(Number)
  const length = sumOf(sizes)
  if (sizes.length % width !== 0 || end + 1 + length !== bytes.length) return UNREADABLE
  if (counts !== undefined && sumOf(counts) !== sizes.length / width) return UNREADABLE

  const events: LogEvent[] = []
  let start = end + 1
  const take = (index: number): string => bytes.toString('utf8', start, (start += sizes[index]!))
  for (let index = 0; index < sizes.length; index += width) {
    const [name, data] = [take(index), take(index + 1)]
    const trace = width === 4 ? [take(index + 2), take(index + 3)] : []
    events.push(toLogEvent(first + events.length, time, name, data, ...trace))
  }
  return { kind: 'append', epoch: epoch!, previous, time, events, counts }
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0)
}
