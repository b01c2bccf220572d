/**
 * Judges what subscribers of one channel were told against what was published and what the log holds at
 * the end (after Jepsen's set and queue checkers). All of them have begun at the earliest event and
 * been told of the last.
 *
 * What the log holds in the end is the truth: an event that it accepted and lost in a fail-over is no
 * event any more, and whoever had it must have been told a gap.
 */
import type { GapReason } from '../../src/schema/system-events.ts'
import { ReaderCheck } from './check-reader.ts'
import type { Timed } from './recording.ts'

/** The log in the end. */
export interface FinalLog {
  /** What it keeps, oldest first. */
  readonly events: readonly { readonly id: string; readonly data: string }[]
  /** Positions of its line that it keeps no longer, oldest first; none where nothing was trimmed. */
  readonly trimmed?: readonly string[]
}

/** An event of the final line. What was trimmed is known by what its publisher was told, if at all. */
export interface LineEvent {
  readonly id: string
  readonly data: string | undefined
}

export interface Verdict {
  readonly accepted: number
  readonly unknown: number
  readonly deliveries: number
  /** Kept events that a reader was not told of, and of which a gap told it. */
  readonly announced: number
  /** Accepted, and not in the log in the end. */
  readonly lostByLog: number
  readonly gaps: number
  /** Readers that were told at least one. */
  readonly readersTold: number
  /** Longest time between two events of one reader, in ms. */
  readonly worstPause: number
  readonly breaches: readonly Breach[]
}

/** A breach of what is promised. */
export interface Breach {
  readonly kind:
    | 'lost'
    | 'duplicated'
    | 'reordered'
    | 'made-up'
    | 'false-gap'
    | 'untold'
    /** The publisher was given another position than the one where the log holds it. */
    | 'misplaced'
  readonly text: string
}

export interface CheckOptions {
  readonly channel: string
  /** Gaps that the breaches of this run may cause; any other is false. */
  readonly allowedGaps: readonly GapReason[]
  /** Two logs were alive at once: who goes to and fro is told a gap and the other's events each time. */
  readonly wereTwo?: boolean
}

export function check(
  entries: readonly Timed[],
  final: FinalLog,
  { channel, allowedGaps, wereTwo = false }: CheckOptions,
): Verdict {
  const published = new Set<string>()
  const accepted = new Map<string, string>()
  const refused = new Set<string>()
  const stories = new Map<string, Timed[]>()
  for (const entry of entries) {
    if (entry.kind === 'published' && entry.channel === channel) published.add(entry.data)
    if (entry.kind === 'accepted') accepted.set(entry.data, entry.position)
    if (entry.kind === 'refused') refused.add(entry.data)
    if (!('reader' in entry)) continue
    const story = stories.get(entry.reader) ?? []
    stories.set(entry.reader, story)
    story.push(entry)
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
  const truth = { line, places, inFinal, published, allowedGaps, wereTwo }
  const readers = [...stories].map(([reader, story]) => new ReaderCheck(reader, story, truth))
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
 * What the log calls a position in the end. Of many epochs it forgets the oldest, and its first one then
 * names their events too.
 */
function finalNames(line: readonly LineEvent[]): (position: string) => string {
  const epochs = new Set(line.map(({ id }) => id.split('-')[0]))
  const [oldest] = epochs
  return (position) => {
    const [epoch, offset] = position.split('-')
    return oldest === undefined || epochs.has(epoch) ? position : `${oldest}-${offset}`
  }
}
