import type { ChannelContent, Delivered } from './channel-content.ts'
import type { Judgement, Published, UnknownEvent } from './commands.ts'
import { judgeSubscriber, type Presence } from './judge-subscriber.ts'
import { PublishedEvents } from './published-events.ts'
import type { ReceivedEvents } from './received-events.ts'
import { countRefutedGaps } from './refuted-gaps.ts'

/** Sentences in a judgement: enough to find a cause. */
const EXAMPLES = 10

/** What the subscribers of one channel got. */
export interface ReceivedChannel {
  readonly channel: string
  readonly content: ChannelContent
  readonly subscribers: readonly JudgedSubscriber[]
}

export interface JudgedSubscriber {
  readonly received: ReceivedEvents
  readonly presence: Presence
  readonly damaged: number
  readonly renamed: number
}

type MutableJudgement = { -readonly [Name in keyof Judgement]: Judgement[Name] } & {
  examples: string[]
  unknowns: UnknownEvent[]
}

/** Holds what subscribers got against what was published. `hasPositions`: events were identified by their ids. */
export function judge(
  channels: readonly ReceivedChannel[],
  { channels: records }: Published,
  hasPositions: boolean,
): Judgement {
  const judgement: MutableJudgement = {
    expected: 0,
    delivered: 0,
    lost: 0,
    announced: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
    falseGaps: 0,
    examples: [],
    unknowns: [],
  }
  const recordsByChannel = Map.groupBy(records, ({ channel }) => channel)
  for (const received of channels) {
    const published = new PublishedEvents(
      recordsByChannel.get(received.channel) ?? [],
      hasPositions,
    )
    if (hasPositions) extend(published, received)
    judgeSubscribers(received, published, hasPositions, judgement)
    judgeContent(received, published, hasPositions, judgement)
    judgeUnplaced(received, published, judgement)
  }
  return judgement
}

/** Whoever stood at a position, got an event there, or was told that it is missing, knows that the log had it. */
function extend(published: PublishedEvents, { content, subscribers }: ReceivedChannel): void {
  published.extendByContent(content)
  for (const { received } of subscribers) {
    const { position, stretches, gaps } = received
    if (position !== undefined)
      published.extend(position.epoch, position.offset + 1, position.offset)
    for (const { epoch, after, continues, received: ranges } of stretches) {
      if (continues === undefined) published.extend(epoch, after + 1, after)
      else published.succeed(continues, epoch)
      for (const { from, to } of ranges) published.extend(epoch, from, to)
    }
    for (const { reason, from, to } of gaps) {
      if (to !== null) {
        published.extend(to.epoch, from?.epoch === to.epoch ? from.offset : to.offset, to.offset)
      }
      // What was trimmed was in the log.
      if (reason === 'trimmed' && from !== null) {
        published.extend(from.epoch, from.offset, from.offset)
      }
    }
  }
}

function judgeSubscribers(
  { channel, subscribers }: ReceivedChannel,
  published: PublishedEvents,
  hasPositions: boolean,
  judgement: MutableJudgement,
): void {
  for (const [index, { received, presence, damaged, renamed }] of subscribers.entries()) {
    const { delivered, announced, lost, example } = judgeSubscriber(received, presence, published)
    judgement.expected += delivered + lost
    judgement.delivered += delivered
    judgement.lost += lost
    judgement.announced += announced
    judgement.duplicated += received.duplicated
    // The order of two publishes under way at once is the server's choice, and numbers do not tell it.
    judgement.reordered += hasPositions ? received.reordered : 0
    judgement.corrupted += damaged + renamed
    const refuted = countRefutedGaps(received, subscribers)
    judgement.falseGaps += received.falseGaps + refuted
    const who = `${channel}, subscriber ${index + 1}`
    if (example !== undefined) {
      const { epoch, from, to } = example
      const name = (offset: number) => (hasPositions ? `${epoch}-${offset}` : `number ${offset}`)
      const what = from === to ? name(from) : `${name(from)} to ${name(to)}`
      tell(judgement, `${who} never got ${what}, and no gap announced it`)
    }
    if (received.duplicated > 0) tell(judgement, `${who} got ${received.duplicated} events twice`)
    if (received.falseGaps > 0) tell(judgement, `${who} was told a gap over events that it has`)
    if (refuted > 0) tell(judgement, `${who} was told a gap over events that others got later`)
    if (hasPositions && received.reordered > 0) {
      tell(judgement, `${who} got ${received.reordered} events after one that follows them`)
    }
    if (damaged > 0) tell(judgement, `${who} got ${damaged} events whose data was changed`)
    if (renamed > 0) tell(judgement, `${who} got ${renamed} events under another name`)
  }
}

function judgeContent(
  { channel, content }: ReceivedChannel,
  published: PublishedEvents,
  hasPositions: boolean,
  judgement: MutableJudgement,
): void {
  for (const [epoch, offsets] of content.epochs) {
    for (const [offset, contents] of offsets.delivered()) {
      const doubtful: Delivered[] = []
      for (const delivered of contents) {
        const verdict = published.judge(epoch, offset, delivered.content)
        if (verdict === 'possible') doubtful.push(delivered)
        else if (verdict === 'invented') blame('corrupted', delivered, 'never published')
        else if (verdict !== 'right') blame(verdict, delivered)
      }
      // Where the publisher does not know, what most subscribers got is taken for right.
      const [taken, ...rarer] = doubtful.toSorted((one, other) => other.deliveries - one.deliveries)
      if (taken !== undefined && hasPositions) {
        const { content: number, deliveries } = taken
        judgement.unknowns.push({ channel, position: `${epoch}-${offset}`, number, deliveries })
      }
      for (const delivered of rarer) blame('corrupted', delivered)

      function blame(
        fault: 'corrupted' | 'duplicated',
        { content: found, deliveries }: Delivered,
        cause: string = fault,
      ) {
        judgement[fault] += deliveries
        const what = found < 0 ? 'other data' : `event ${found}`
        tell(judgement, `${channel} has ${what} at ${epoch}-${offset}, which is ${cause}`)
      }
    }
  }
}

/** An event that has no position of its own may have come at any; else all who were there lost it. */
function judgeUnplaced(
  { channel, content, subscribers }: ReceivedChannel,
  { unplaced }: PublishedEvents,
  judgement: MutableJudgement,
): void {
  if (unplaced.length === 0) return
  const delivered = new Set(
    [...content.epochs.values()].flatMap((epoch) =>
      [...epoch.delivered()].flatMap(([, contents]) => contents.map(({ content: found }) => found)),
    ),
  )
  for (const { number, due, position } of unplaced) {
    if (delivered.has(number)) continue
    const owed = subscribers.filter(
      ({ presence: { openedAt = Infinity, staysToEnd } }) => staysToEnd && openedAt <= due,
    ).length
    judgement.expected += owed
    judgement.lost += owed
    const place = position === '' ? 'without a position' : `at ${position}, where another event is`
    if (owed > 0)
      tell(judgement, `${channel}, event ${number} was accepted ${place}, and never came`)
  }
}

function tell({ examples }: MutableJudgement, sentence: string): void {
  if (examples.length < EXAMPLES) examples.push(sentence)
}
