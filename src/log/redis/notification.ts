/**
 * What an append tells its followers, as bytes: `<epoch> <first> <time> <n1> <d1> <n2> <d2> …` and a line
 * feed, then names and data one after the other. The numbers are sizes in bytes, so that nothing needs
 * escaping. A probe is a question mark and a token.
 *
 * Own form because this is the path of every event: the script joins what it was given, and a reader cuts
 * it, without parsing the text.
 */
import type { LogEvent } from '../event-log.ts'

export type Notification =
  | { readonly kind: 'events'; readonly epoch: string; readonly events: readonly LogEvent[] }
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
  const [first, time, ...sizes] = numbers.map(Number)
  if (epoch === undefined || first === undefined || time === undefined) return undefined
  const isPaired = sizes.length > 0 && sizes.length % 2 === 0
  if (!isPaired || !numbers.every((number) => /^\d+$/.test(number))) return undefined

  const events: LogEvent[] = []
  let start = end + 1
  const take = (size: number): string => bytes.toString('utf8', start, (start += size))
  for (let index = 0; index < sizes.length; index += 2) {
    const name = take(sizes[index]!)
    events.push({ offset: first + events.length, name, data: take(sizes[index + 1]!), time })
  }
  return start === bytes.length ? { kind: 'events', epoch, events } : undefined
}
