/**
 * Checks the recorded entries of the subscribers of one channel against the publishes and the final log, after
 * the method of Jepsen's set and queue checkers. Every subscriber began at the earliest event, and read up to the
 * last.
 *
 * The final log is the truth: an event that the log accepted and lost in a fail-over counts as lost, and every
 * subscriber that had it must have got a gap.
 */
import type { GapReason } from '../../src/schema/system-events.ts'
import { ReaderCheck, type Breach, type LineEvent } from './check-reader.ts'
import type { TimedEntry } from './recording.ts'

/** The log at the end of a run. */
export interface FinalLog {
  /** The kept events, oldest first. */
  readonly events: readonly { readonly id: string; readonly data: string }[]
  /** The trimmed positions of its line, oldest first. */
  readonly trimmed?: readonly string[]
}

export interface Verdict {
  readonly accepted: number
  readonly unknown: number
  readonly deliveries: number
  /** Events of the final line that a reader did not receive, but that a gap covered. */
  readonly announced: number
  /** Events that were accepted, but are missing in the final log. */
  readonly lostByLog: number
  readonly gaps: number
  /** Readers that got at least one gap. */
  readonly readersTold: number
  /** Milliseconds of the longest time between two events of one reader. */
  readonly worstPause: number
  readonly breaches: readonly Breach[]
}

export interface CheckOptions {
  readonly channel: string
  /** Reasons of the gaps that the fault of this run may cause; any other gap is false. */
  readonly allowedGaps: readonly GapReason[]
  /**
   * Whether two logs were alive at once. A reader that moves between them gets a gap and the other's events
   * each time.
   */
  readonly hadTwoLogs?: boolean
}

export function check(
  entries: readonly TimedEntry[],
  final: FinalLog,
  { channel, allowedGaps, hadTwoLogs = false }: CheckOptions,
): Verdict {
  const published = new Set<string>()
  const accepted = new Map<string, string>()
  const refused = new Set<string>()
  const entriesByReader = new Map<string, TimedEntry[]>()
  for (const entry of entries) {
    if (entry.kind === 'published' && entry.channel === channel) published.add(entry.data)
    if (entry.kind === 'accepted') accepted.set(entry.data, entry.position)
    if (entry.kind === 'refused') refused.add(entry.data)
    if (!('reader' in entry)) continue
    const readerEntries = entriesByReader.get(entry.reader) ?? []
    entriesByReader.set(entry.reader, readerEntries)
    readerEntries.push(entry)
  }

  const breaches: Breach[] = []
  const dataAt = new Map([...accepted].map(([data, position]) => [position, data]))
  const trimmed = (final.trimmed ?? []).map((id): LineEvent => ({ id, data: dataAt.get(id) }))
  const line = [...trimmed, ...final.events]
  const trimmedAt = new Map(trimmed.map(({ id, data }) => [id, data]))
  const inFinal = finalNames(line)
  const kept = new Map<string, string>()
  const places = new Map(line.map(({ id }, place) => [id, place]))
  for (const { data, id } of final.events) {
    if (kept.has(data)) breaches.push({ kind: 'duplicated', text: `the log holds ${data} twice` })
    if (!published.has(data) || refused.has(data)) {
      breaches.push({ kind: 'made-up', text: `the log holds ${data} at ${id}` })
    }
    const position = accepted.get(data) ?? id
    if (inFinal(position) !== id && !kept.has(data)) {
      breaches.push({
        kind: 'misplaced',
        text: `the log holds ${data} at ${id}, not at ${position}`,
      })
    }
    kept.set(data, id)
  }
  const truth = { line, places, inFinal, published, allowedGaps, hadTwoLogs }
  const readers = [...entriesByReader].map(
    ([reader, readerEntries]) => new ReaderCheck(reader, readerEntries, truth),
  )
  const sum = (field: 'deliveries' | 'announced' | 'gaps') =>
    readers.reduce((total, reader) => total + reader[field], 0)
  return {
    accepted: accepted.size,
    unknown: [...published].filter((data) => !accepted.has(data) && !refused.has(data)).length,
    deliveries: sum('deliveries'),
    announced: sum('announced'),
    lostByLog: [...accepted].filter(([data, at]) => !kept.has(data) && trimmedAt.get(at) !== data)
      .length,
    gaps: sum('gaps'),
    readersTold: readers.filter(({ gaps }) => gaps > 0).length,
    worstPause: Math.round(Math.max(0, ...readers.map(({ worstPause }) => worstPause))),
    breaches: [...breaches, ...readers.flatMap((reader) => reader.breaches)],
  }
}

/**
 * Returns a function from a position to its name in the final log. A log with many epochs forgets the oldest; the
 * oldest remembered epoch then names their events.
 */
function finalNames(line: readonly LineEvent[]): (position: string) => string {
  const epochs = new Set(line.map(({ id }) => id.split('-')[0]))
  const [oldest] = epochs
  return (position) => {
    const [epoch, offset] = position.split('-')
    return oldest === undefined || epochs.has(epoch) ? position : `${oldest}-${offset}`
  }
}
