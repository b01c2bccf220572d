import type { Gap } from '../../src/schema/system-events.ts'
import type { Channel, Told } from './told.ts'

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
 * The first `used` events of an answer as a story. Gaps have no ids there: each leads to where the next
 * thing of its channel begins, which is a gap with bounds, an event, or else the end of the answer.
 */
export function pollStory(
  channels: readonly Channel[],
  cursor: string | undefined,
  { gaps, events, cursor: end }: Answer,
  used: number,
): readonly Told[] {
  const ends = end.split('.')
  const starts = channels.map(({ name, world }, index) => {
    const first = events.find(({ channel }) => channel === name)
    if (first === undefined) return ends[index]!
    return world.placeOf(first.id.split('.')[index]!)?.previous?.name ?? 'nowhere'
  })
  const story: Told[] = []
  const words = cursor?.split('.') ?? []
  for (const [order, gap] of gaps.entries()) {
    const index = channels.findIndex(({ name }) => name === gap.channel)
    if (index === -1) {
      story.push({ kind: 'gap', gap, id: starts.join('.') })
      continue
    }
    const next = gaps.slice(order + 1).find(({ channel }) => channel === gap.channel)?.from
    const { world } = channels[index]!
    words[index] = next ? (world.placeOf(next)?.previous?.name ?? 'nowhere') : starts[index]!
    story.push({ kind: 'gap', gap, id: words.join('.') })
  }
  story.push({ kind: 'opens', cursor: starts.join('.') })
  for (const { id, channel, data } of events.slice(0, used)) {
    story.push({ kind: 'event', id, channel, data })
  }
  if (used >= events.length) story.push({ kind: 'stands', cursor: end })
  return story
}
