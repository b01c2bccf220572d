import { ChannelContent } from '../../loadtest/driver/channel-content.ts'
import type { Judgement, PublishedChannel, SeenChannel } from '../../loadtest/driver/commands.ts'
import { HeldBackEvents } from '../../loadtest/driver/held-back-events.ts'
import { judge, seeChannels } from '../../loadtest/driver/judge.ts'
import { PayloadReader } from '../../loadtest/driver/payload.ts'
import type { ReceivedChannel } from '../../loadtest/driver/received-channel.ts'
import type { Recording } from '../../loadtest/driver/recording.ts'
import { SubscriberRecorder } from '../../loadtest/driver/subscriber-recorder.ts'
import { TallyRecorder } from '../../loadtest/driver/tally-recorder.ts'
import { addJudgements } from '../../loadtest/run/add-judgements.ts'
import { RUN_ID } from './driven-load.ts'
import { CHANNEL, type Sight, type Start } from './served-channel.ts'

/** Its counts are not looked at. */
const TALLY = new TallyRecorder()

type Counts = Omit<Judgement, 'examples' | 'unknowns'>

/** Judges what subscribers of one channel saw. */
export function judgeSights(
  sightsOfSubscribers: readonly (readonly Sight[])[],
  records: readonly PublishedChannel[],
  hasPositions = true,
  starts: readonly Start[] = [],
): Counts {
  const received = receive(sightsOfSubscribers, hasPositions, starts)
  return countsOf(judge([received], { channels: records }, hasPositions))
}

/** The same, where each group of subscribers has a driver of its own. */
export function judgeSightsApart(
  groups: readonly (readonly (readonly Sight[])[])[],
  records: readonly PublishedChannel[],
  startsOfGroups: readonly (readonly Start[])[] = [],
): Counts {
  const published = { channels: records }
  const drivers = groups.map((sights, index) => [receive(sights, true, startsOfGroups[index])])
  const seen = drivers.map((channels) => overIpc(seeChannels(channels, published)))
  const judgements = drivers.map((channels) => judge(channels, published, true, seen.flat()))
  return countsOf(judgements.reduce(addJudgements))
}

/** Messages between processes are JSON. */
function overIpc(seen: readonly SeenChannel[]): readonly SeenChannel[] {
  return JSON.parse(JSON.stringify(seen)) as SeenChannel[]
}

export function examplesOf(
  sightsOfSubscribers: readonly (readonly Sight[])[],
  records: readonly PublishedChannel[],
  starts: readonly Start[] = [],
): readonly string[] {
  return judge([receive(sightsOfSubscribers, true, starts)], { channels: records }, true).examples
}

function countsOf(judgement: Judgement): Counts {
  const { examples: _, unknowns: __, ...counts } = judgement
  return counts
}

function receive(
  sightsOfSubscribers: readonly (readonly Sight[])[],
  hasPositions: boolean,
  starts: readonly Start[] = [],
): ReceivedChannel {
  const recording: Recording = {
    tally: TALLY,
    payload: new PayloadReader(RUN_ID),
    hasPositions,
    heldBack: new HeldBackEvents(TALLY, () => 0),
    onDelivery: () => undefined,
  }
  const content = new ChannelContent()
  const subscribers = sightsOfSubscribers.map((sights, index) => {
    const recorder = new SubscriberRecorder(recording, content, {
      count: 1,
      kind: 'stream',
      reading: { kind: 'at-once' },
      ...(starts[index] ?? { from: 'latest' }),
    })
    for (const sight of sights) show(recorder, sight)
    return recorder
  })
  return { channel: CHANNEL, content, subscribers }
}

function show(recorder: SubscriberRecorder, sight: Sight): void {
  switch (sight.kind) {
    case 'opened':
      recorder.connecting(sight.at)
      recorder.opened(sight.at)
      break
    case 'event':
      recorder.read(1, sight.at)
      recorder.event(sight)
      break
    case 'cut':
      recorder.cut('', sight.at)
      break
    case 'closed':
      recorder.closed()
      break
  }
}
