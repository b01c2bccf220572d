import type { Judgement, Published, SeenChannel } from './commands.ts'
import { judgeContent } from './judge-content.ts'
import { judgeSubscriber } from './judge-subscriber.ts'
import { emptyJudgement, tell, type JudgementSum } from './judgement-sum.ts'
import { PublishedEvents } from './published-events.ts'
import type { ReceivedChannel } from './received-channel.ts'
import { countRefutedGaps } from './refuted-gaps.ts'
import { seeChannel } from './seen-channel.ts'

/**
 * Holds what subscribers got against what was published. `hasPositions`: events were identified by their ids. `seen`: what
 * the subscribers of other drivers know of the same channels. `oneByOne`: what they got was published one by one.
 */
export function judge(
  channels: readonly ReceivedChannel[],
  record: Published,
  hasPositions: boolean,
  seen: readonly SeenChannel[] = [],
  oneByOne = false,
): Judgement {
  const judgement = emptyJudgement()
  const seenByChannel = Map.groupBy(seen, ({ channel }) => channel)
  for (const { received, published } of besideRecord(channels, record, hasPositions)) {
    if (hasPositions) {
      published.learn(seeChannel(received, published.unplaced))
      for (const other of seenByChannel.get(received.channel) ?? []) published.learn(other)
    }
    judgeSubscribers(received, published, hasPositions, judgement)
    judgeOrder(received, hasPositions || oneByOne, judgement)
    judgeContent(received, published, hasPositions, judgement)
    judgeUnplaced(received, published, judgement)
  }
  return judgement
}

/** What subscribers of a server with positions know, for the judges of others. */
export function seeChannels(
  channels: readonly ReceivedChannel[],
  record: Published,
): readonly SeenChannel[] {
  return Array.from(besideRecord(channels, record, true), ({ received, published }) =>
    seeChannel(received, published.unplaced),
  )
}

function* besideRecord(
  channels: readonly ReceivedChannel[],
  record: Published,
  hasPositions: boolean,
) {
  const recordsByChannel = Map.groupBy(record.channels, ({ channel }) => channel)
  for (const received of channels) {
    const records = recordsByChannel.get(received.channel) ?? []
    yield { received, published: new PublishedEvents(records, hasPositions) }
  }
}

function judgeSubscribers(
  { channel, subscribers }: ReceivedChannel,
  published: PublishedEvents,
  hasPositions: boolean,
  judgement: JudgementSum,
): void {
  const history = { asked: 0, missing: 0 }
  for (const [index, { received, presence, damaged, renamed }] of subscribers.entries()) {
    const { owed, announced, lost, notReplayed, example } = judgeSubscriber(
      received,
      presence,
      published,
    )
    judgement.owed += owed
    judgement.lost += lost
    judgement.announced += announced
    judgement.notReplayed += notReplayed
    judgement.duplicated += received.duplicated
    judgement.corrupted += damaged + renamed
    const refuted = countRefutedGaps(received, published)
    judgement.falseGaps += received.falseGaps + refuted
    const who = `${channel}, subscriber ${index + 1}`
    if (received.isIncomplete) {
      tell(
        judgement,
        `${who} was led through more epochs than are kept: all that it is owed counts as lost`,
      )
    } else if (example !== undefined) {
      const { epoch, from, to } = example
      const name = (offset: number) => (hasPositions ? `${epoch}-${offset}` : `number ${offset}`)
      const what = from === to ? name(from) : `${name(from)} to ${name(to)}`
      tell(judgement, `${who} never got ${what}, and no gap announced it`)
    }
    if (notReplayed > 0) {
      history.asked = Math.max(history.asked, presence.askedHistory)
      history.missing += notReplayed
    }
    if (received.duplicated > 0) tell(judgement, `${who} got ${received.duplicated} events twice`)
    if (received.falseGaps > 0) tell(judgement, `${who} was told a gap over events that it has`)
    if (refuted > 0) tell(judgement, `${who} was told a gap over events that others got later`)
    if (damaged > 0) tell(judgement, `${who} got ${damaged} events whose data was changed`)
    if (renamed > 0) tell(judgement, `${who} got ${renamed} events under another name`)
  }
  if (history.missing > 0) {
    tell(
      judgement,
      `${channel} keeps less than the ${history.asked} events that subscribers asked for, or the server left some out: ` +
        `${history.missing} deliveries are missing`,
    )
  }
}

/** The order of two publishes under way at once is the server's choice, and numbers do not tell it. */
function judgeOrder(
  { channel, subscribers }: ReceivedChannel,
  isKnown: boolean,
  judgement: JudgementSum,
): void {
  if (!isKnown) return
  for (const [index, { received }] of subscribers.entries()) {
    const { reordered } = received
    if (reordered === 0) continue
    judgement.reordered += reordered
    const who = `${channel}, subscriber ${index + 1}`
    tell(judgement, `${who} got ${reordered} events after one that follows them`)
  }
}

/** An event that has no position of its own may have come at any; else all who were there lost it. */
function judgeUnplaced(
  { channel, subscribers }: ReceivedChannel,
  published: PublishedEvents,
  judgement: JudgementSum,
): void {
  for (const event of published.unplaced) {
    if (published.hasSeen(event)) continue
    const { number, due, position } = event
    const owed = subscribers.filter(
      ({ presence: { openedAt = Infinity, staysToEnd } }) => staysToEnd && openedAt <= due,
    ).length
    judgement.owed += owed
    judgement.lost += owed
    const place =
      position === undefined ? 'without a position' : `at ${position}, where another event is`
    if (owed > 0)
      tell(judgement, `${channel}, event ${number} was accepted ${place}, and never came`)
  }
}
