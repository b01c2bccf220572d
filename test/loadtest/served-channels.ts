/** Channels of a server without faults, after whatever may happen to it and its subscribers. */
import * as fc from 'fast-check'
import { ServedChannel } from './served-channel.ts'

type Step = (channel: ServedChannel) => void

const count = fc.integer({ min: 1, max: 6 })
/** Of a subscriber, if there is one. */
const which = fc.nat({ max: 5 })
const ofSubscriber = (index: number, { subscribers }: ServedChannel) =>
  subscribers.slice(index % Math.max(subscribers.length, 1)).slice(0, 1)

const publish = {
  weight: 6,
  arbitrary: count.map((events) => (channel: ServedChannel) => {
    for (let sent = 0; sent < events; sent++) channel.publish('accepted')
  }),
}

const trim = {
  weight: 1,
  arbitrary: count.map((events) => (channel: ServedChannel) => {
    channel.trim(events)
  }),
}

const join = {
  weight: 2,
  arbitrary: fc
    .constantFrom('latest' as const, 'earliest' as const, 2)
    .map((from) => (channel: ServedChannel) => {
      channel.join(from)
    }),
}

const send = {
  weight: 6,
  arbitrary: fc
    .tuple(which, fc.constantFrom(1, 2, 5, Infinity))
    .map(([index, most]) => (channel: ServedChannel) => {
      for (const subscriber of ofSubscriber(index, channel)) channel.serve(subscriber, most)
    }),
}

const step: fc.Arbitrary<Step> = fc.oneof(
  publish,
  trim,
  join,
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('unknown', 'unknown and lost', 'refused')
      .map((outcome) => (channel: ServedChannel) => {
        channel.publish(outcome)
      }),
  },
  {
    weight: 1,
    arbitrary: count.map((changes) => (channel: ServedChannel) => {
      channel.failOver(changes)
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constant((channel: ServedChannel) => {
      channel.flush()
    }),
  },
  send,
  {
    weight: 3,
    arbitrary: which.map((index) => (channel: ServedChannel) => {
      for (const subscriber of ofSubscriber(index, channel)) channel.cut(subscriber)
    }),
  },
  {
    weight: 1,
    arbitrary: which.map((index) => (channel: ServedChannel) => {
      for (const subscriber of ofSubscriber(index, channel)) channel.close(subscriber)
    }),
  },
)

/** What a server without faults may do, until all subscribers have all. */
export const served = serve(step)

const invent: Step = (channel) => {
  channel.publishForeign()
}

export const servedWithInventedEvents = serve(
  fc.oneof({ weight: 10, arbitrary: step }, { weight: 1, arbitrary: fc.constant(invent) }),
)

/** Without fail-overs, so that it is certain what a newcomer is owed. */
export const servedFromTheStart = serve(fc.oneof(publish, trim, { ...join, weight: 5 }, send))

function serve(anyStep: fc.Arbitrary<Step>): fc.Arbitrary<ServedChannel> {
  return fc.array(anyStep, { minLength: 5, maxLength: 40 }).map(runAll)
}

function runAll(steps: readonly Step[]): ServedChannel {
  const channel = new ServedChannel()
  for (const run of steps) run(channel)
  // Only a later event shows that a fail-over lost some: it continues in another epoch.
  channel.publish('accepted')
  for (const subscriber of channel.subscribers) channel.serve(subscriber, Infinity)
  return channel
}
