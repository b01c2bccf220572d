import { beforeEach } from 'vitest'
import { ChannelContent } from './channel-content.ts'
import type { SubscribeOptions } from './commands.ts'
import { DueTimes } from './due-times.ts'
import { HeldBackEvents } from './held-back-events.ts'
import { PayloadReader, writePayload } from './payload.ts'
import { SubscriberRecorder } from './subscriber-recorder.ts'
import { TallyRecorder } from './tally-recorder.ts'

export const RUN_ID = 'test'
export const SECOND = 1e6
const LATENCY = 5_000

/** Of the present test. */
export let tally: TallyRecorder

beforeEach(() => {
  tally = new TallyRecorder()
})

/** A recorder that a test feeds by hand, instead of a connection. */
export function recorder(
  { reading = { kind: 'at-once' } }: Partial<SubscribeOptions> = {},
  hasPositions = false,
) {
  const recording = {
    tally,
    payload: new PayloadReader(RUN_ID),
    hasPositions,
    heldBack: new HeldBackEvents(tally, () => 0),
    onDelivery: () => undefined,
  }
  const options = { count: 1, kind: 'stream', reading, from: 'latest' } as const
  return new SubscriberRecorder(recording, new ChannelContent(), options)
}

/** Numbers count from 1; `due` and `at` in seconds. */
export function deliver(to: SubscriberRecorder, number: number, due: number, at = due): void {
  const data = writePayload(RUN_ID, due * SECOND, number, 50)
  to.read(data.length, at * SECOND + LATENCY)
  to.event({ event: 'message', data, id: String(number) })
}

/** `at` in seconds. */
export function open(to: SubscriberRecorder, at: number): void {
  to.connecting(at * SECOND)
  to.answered(at * SECOND)
  to.opened(at * SECOND)
}

export function finish(
  subscriber: SubscriberRecorder,
  at: number,
  ...dues: readonly number[]
): void {
  finishAfter(subscriber, at, Object.fromEntries(dues.map((due) => [due, ''])))
}

/** `outcomes` by the seconds when events were due; empty for one that was accepted. */
export function finishAfter(
  subscriber: SubscriberRecorder,
  at: number,
  outcomes: Readonly<Record<number, '' | 'refused' | 'unknown'>>,
): void {
  const dues = Object.keys(outcomes).map((due) => Number(due) * SECOND)
  const record = { channel: 'a', outcomes: Object.values(outcomes), dues }
  subscriber.finish(at * SECOND, new DueTimes([record]))
}

/** Rounded to tenths of a second; undefined without any. */
export function longest(
  name: 'pause' | 'outage' | 'connect' | 'firstEvent' | 'caughtUp' | 'delivery',
) {
  const { max } = tally.histograms[name]
  return max === undefined ? undefined : Math.round(max / 1e5) / 10
}
