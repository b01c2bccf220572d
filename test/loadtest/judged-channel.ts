import { ChannelContent } from '../../loadtest/driver/channel-content.ts'
import type { Judgement, PublishedChannel } from '../../loadtest/driver/commands.ts'
import { HeldBackEvents } from '../../loadtest/driver/held-back-events.ts'
import { judge } from '../../loadtest/driver/judge.ts'
import { PayloadReader } from '../../loadtest/driver/payload.ts'
import { SubscriberRecorder, type Recording } from '../../loadtest/driver/subscriber-recorder.ts'
import { TallyRecorder } from '../../loadtest/driver/tally-recorder.ts'
import { RUN_ID } from './driven-load.ts'
import { CHANNEL, type Sight, type Start } from './served-channel.ts'

/** Its counts are not looked at. */
const TALLY = new TallyRecorder()

/** Judges what subscribers of one channel saw. */
export function judgeSights(
  sightsOfSubscribers: readonly (readonly Sight[])[],
  records: readonly PublishedChannel[],
  hasPositions = true,
  starts: readonly Start[] = [],
): Omit<Judgement, 'examples' | 'unknowns'> {
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
  const received = { channel: CHANNEL, content, subscribers }
  const {
    examples: _,
    unknowns: __,
    ...judgement
  } = judge([received], { channels: records }, hasPositions)
  return judgement
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
