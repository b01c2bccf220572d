import type { GapReason } from '../../schema/system-events.ts'
import { DEFAULT_EVENT_NAME } from '../../wire/event-name.ts'
import { FAULT, FULL } from '../../wire/system-event-names.ts'
import { paint, printable } from '../terminal.ts'
import type { TailItem } from './tail-item.ts'

export interface TextOptions {
  /** Whether several channels are followed, so that each line names its channel. */
  readonly hasChannels: boolean
  readonly hasColors: boolean
}

/** Formats an event for people: one line for each line of its data. */
export function formatText(
  { time, channel, event, data }: Extract<TailItem, { kind: 'event' }>,
  { hasChannels, hasColors }: TextOptions,
): string {
  const facts = [
    ['dim', time],
    ['cyan', hasChannels ? channel : undefined],
    ['bold', event === DEFAULT_EVENT_NAME ? undefined : event],
  ] as const
  const head = facts.flatMap(([format, fact]) => {
    if (fact === undefined) return []
    return [hasColors ? paint(format, printable(fact)) : printable(fact)]
  })
  const lines = data.split('\n').map(printable)
  if (lines.length === 1) return `${[...head, ...lines].join(' ')}\n`
  return `${[head.join(' '), ...lines.map((line) => `    ${line}`)].join('\n')}\n`
}

/** The warning about a gap or system event; undefined if it is part of normal operation. */
export function warningOf(item: TailItem): string | undefined {
  if (item.kind === 'event') return undefined
  if (item.kind === 'gap') return describeGap(item.fields)
  const { reason, message } = item.fields
  if (item.event === FULL) return `the service is full (${shown(reason)}), waiting for a slot`
  if (item.event === FAULT) return `the service closed the stream: ${shown(message)}`
  return undefined
}

const GAP_REASONS: ReadonlyMap<unknown, string> = new Map<GapReason, string>([
  ['trimmed', 'they left the history before they could be read'],
  ['epoch-lost', 'the history that the cursor belongs to is gone'],
  ['diverged', 'a fail-over lost them'],
  ['ahead', 'the cursor is beyond the newest event'],
  ['unknown-cursor', 'the cursor does not belong to these channels'],
])

function describeGap({ channel, reason, from, to, missed }: Readonly<Record<string, unknown>>) {
  const where = channel === null ? 'gap' : `gap in ${shown(channel)}`
  const range = from === null || to === null ? '' : `, ${shown(from)} to ${shown(to)}`
  const because = GAP_REASONS.get(reason)
  const why = because === undefined ? shown(reason) : `${shown(reason)}: ${because}`
  return `${where}: ${amountOf(missed)} missing${range} (${why})`
}

function amountOf(missed: unknown): string {
  if (typeof missed !== 'number') return 'events may be'
  return missed === 1 ? '1 event is' : `${missed} events are`
}

function shown(value: unknown): string {
  return printable(typeof value === 'string' ? value : (JSON.stringify(value) ?? '?'))
}
