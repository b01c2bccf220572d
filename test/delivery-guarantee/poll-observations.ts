import type { Gap } from '../../src/schema/system-events.ts'
import type { Channel, Observation } from './observation.ts'

/** The answer of a poll, as it was sent. */
export interface Answer {
  readonly gaps: readonly Gap[]
  readonly events: readonly {
    readonly id: string
    readonly channel: string
    readonly event: string
    readonly data: string
  }[]
  readonly cursor: string
  readonly more: boolean
}

/**
 * The observations in the first `used` events of an answer. Gaps of a poll have no ids: each leads to the
 * start of the next item of its channel, which is a gap with bounds, an event, or else the answer's end.
 */
export function pollObservations(
  channels: readonly Channel[],
  cursor: string | undefined,
  { gaps, events, cursor: end }: Answer,
  used: number,
): readonly Observation[] {
  const ends = end.split('.')
  const starts = channels.map(({ name, world }, index) => {
    const first = events.find(({ channel }) => channel === name)
    if (first === undefined) return ends[index]!
    return world.placeOf(first.id.split('.')[index]!)?.previous?.name ?? 'nowhere'
  })
  const observations: Observation[] = []
  const words = cursor?.split('.') ?? []
  for (const [order, gap] of gaps.entries()) {
    const index = channels.findIndex(({ name }) => name === gap.channel)
    if (index === -1) {
      observations.push({ kind: 'gap', gap, id: starts.join('.') })
      continue
    }
    const next = gaps.slice(order + 1).find(({ channel }) => channel === gap.channel)?.from
    const { world } = channels[index]!
    words[index] = next ? (world.placeOf(next)?.previous?.name ?? 'nowhere') : starts[index]!
    observations.push({ kind: 'gap', gap, id: words.join('.') })
  }
  observations.push({ kind: 'opens', cursor: starts.join('.') })
  for (const { id, channel, data } of events.slice(0, used)) {
    observations.push({ kind: 'event', id, channel, data })
  }
  if (used >= events.length) observations.push({ kind: 'stands', cursor: end })
  return observations
}
