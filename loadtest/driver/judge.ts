import type { ChannelContent, Delivered } from './channel-content.ts'
import type { Judgement, Published } from './commands.ts'
import { judgeSubscriber, type Presence } from './judge-subscriber.ts'
import { PublishedEvents } from './published-events.ts'
import type { ReceivedEvents } from './received-events.ts'

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
}

type MutableJudgement = { -readonly [Name in keyof Judgement]: Judgement[Name] } & {
  examples: string[]
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
  }
  const recordsByChannel = Map.groupBy(records, ({ channel }) => channel)
  for (const received of channels) {
    const published = new PublishedEvents(
      recordsByChannel.get(received.channel) ?? [],
      hasPositions,
    )
    if (hasPositions) extend(published, received)
    judgeSubscribers(received, published, hasPositions, judgement)
    judgeContent(received, published, judgement)
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
    for (const { from, to } of gaps) {
      if (to !== null) {
        published.extend(to.epoch, from?.epoch === to.epoch ? from.offset : to.offset, to.offset)
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
  for (const [index, { received, presence, damaged }] of subscribers.entries()) {
    const { delivered, announced, lost, example } = judgeSubscriber(received, presence, published)
    judgement.expected += delivered + lost
    judgement.delivered += delivered
    judgement.lost += lost
    judgement.announced += announced
    judgement.duplicated += received.duplicated
    // The order of two publishes under way at once is the server's choice, and numbers do not tell it.
    judgement.reordered += hasPositions ? received.reordered : 0
    judgement.corrupted += damaged
    judgement.falseGaps += received.falseGaps
    const who = `${channel}, subscriber ${index + 1}`
    if (example !== undefined) {
      const { epoch, from, to } = example
      const name = (offset: number) => (hasPositions ? `${epoch}-${offset}` : `number ${offset}`)
      const what = from === to ? name(from) : `${name(from)} to ${name(to)}`
      tell(judgement, `${who} never got ${what}, and no gap announced it`)
    }
    if (received.duplicated > 0) tell(judgement, `${who} got ${received.duplicated} events twice`)
    if (received.falseGaps > 0) tell(judgement, `${who} was told a gap over events that it has`)
    if (hasPositions && received.reordered > 0) {
      tell(judgement, `${who} got ${received.reordered} events after one that follows them`)
    }
    if (damaged > 0) tell(judgement, `${who} got ${damaged} events whose data was changed`)
  }
}

function judgeContent(
  { channel, content }: ReceivedChannel,
  published: PublishedEvents,
  judgement: MutableJudgement,
): void {
  for (const [epoch, offsets] of content.epochs) {
    for (const [offset, contents] of offsets.delivered()) {
      const doubtful: Delivered[] = []
      for (const delivered of contents) {
        const verdict = published.judge(epoch, offset, delivered.content)
        if (verdict === 'possible') doubtful.push(delivered)
        else if (verdict !== 'right') blame(verdict, delivered)
      }
      // Where the publisher does not know, what most subscribers got is taken for right.
      const [, ...rarer] = doubtful.toSorted((one, other) => other.deliveries - one.deliveries)
      for (const delivered of rarer) blame('corrupted', delivered)

      function blame(fault: 'corrupted' | 'duplicated', { content: found, deliveries }: Delivered) {
        judgement[fault] += deliveries
        const what = found < 0 ? 'other data' : `event ${found}`
        tell(judgement, `${channel} has ${what} at ${epoch}-${offset}, which is ${fault}`)
      }
    }
  }
}

function tell({ examples }: MutableJudgement, sentence: string): void {
  if (examples.length < EXAMPLES) examples.push(sentence)
}
