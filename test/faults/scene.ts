import { setTimeout } from 'node:timers/promises'
import { request } from 'undici'
import type { GapReason } from '../../src/schema/system-events.ts'
import { check, type FinalLog, type Verdict } from '../history/check.ts'
import { NativeSubscriber } from '../history/native-subscriber.ts'
import { PollSubscriber } from '../history/poll-subscriber.ts'
import { Publisher } from '../history/publisher.ts'
import { RawSubscriber } from '../history/raw-subscriber.ts'
import { Recording, type Timed } from '../history/recording.ts'
import type { Subscriber, SubscriberOptions } from '../history/subscriber.ts'
import { publishText } from '../support/clients/requests.ts'

export interface SceneOptions {
  /** Leads to the pods. */
  readonly url: string
  /** Subscribers of each of the four kinds. */
  readonly perKind?: number
  /** Between two publishes of each of the two publishers, in ms. */
  readonly interval?: number
  /** Gaps that the fault may cause. */
  readonly allowedGaps?: readonly GapReason[]
  /** The fault makes two logs of one for a while. */
  readonly wereTwo?: boolean
  /** The log holds less than is published, and loses nothing else: what was accepted is the truth. */
  readonly isTrimmed?: boolean
  /** A pod that tells what the log holds in the end, if it is to be another. */
  readonly witness?: string
  /** The first so many positions of the final line, where those may be trimmed that the pods know no more. */
  readonly readLine?: (count: number) => Promise<readonly string[]>
  /** Further publishers write here what they do. */
  readonly recording?: Recording
  /** What happens meanwhile. Resolves when the fault is over. */
  readonly fault: () => Promise<void>
}

export const CHANNEL = 'orders'
const LAST = 'last'

/** How long the scene plays before and after the fault, in ms. */
const CALM = 1_000
/** How long subscribers have to hear of the last event, in ms: longer than it takes to notice a loss. */
const PATIENCE = 20_000

/** Plays a fault while subscribers of every kind are told what is published, and judges the history. */
export async function play(options: SceneOptions): Promise<Verdict> {
  const { url, perKind = 3, interval = 20, allowedGaps = [], isTrimmed = false, fault } = options
  const { recording = new Recording(), witness = url, wereTwo = false } = options
  const subscribers = Array.from({ length: perKind }, (_, index) =>
    KINDS.map(({ name, start }) =>
      start({ url, channel: CHANNEL, name: `${name} ${index + 1}` }, recording),
    ),
  ).flat()
  const publishers = [true, false].map((isKeyed) => {
    const name = isKeyed ? 'keyed' : 'plain'
    const channel = CHANNEL
    return new Publisher({ url, channel, name, interval, isKeyed: isKeyed || isTrimmed }, recording)
  })
  try {
    await until(recording, 'received', subscribers)
    await setTimeout(CALM)
    await fault()
    await setTimeout(CALM)
    await Promise.all(publishers.map(async (publisher) => publisher.stop()))
    await publishLast(url, recording)
    await until(recording, LAST, subscribers).catch(() => undefined)
  } finally {
    await Promise.all(publishers.map(async (publisher) => publisher.stop()))
    await Promise.all(subscribers.map(async (each) => each[Symbol.asyncDispose]()))
  }
  const final = isTrimmed ? acceptedIn(recording) : await readFinal(witness)
  const oldest = Number(final.events[0]?.id.split('-')[1] ?? 1)
  const trimmed = (await options.readLine?.(oldest - 1)) ?? []
  return check(recording.entries, { ...final, trimmed }, { channel: CHANNEL, allowedGaps, wereTwo })
}

const KINDS: readonly {
  readonly name: string
  readonly start: (options: SubscriberOptions, recording: Recording) => Subscriber
}[] = [
  { name: 'native', start: (options, recording) => new NativeSubscriber(options, recording) },
  { name: 'raw', start: (options, recording) => new RawSubscriber(options, recording) },
  { name: 'poll', start: (options, recording) => new PollSubscriber(options, recording, false) },
  {
    name: 'switching',
    start: (options, recording) => new PollSubscriber(options, recording, true),
  },
]

/** Waits until each subscriber was told of something, or of the last event. */
async function until(
  { entries }: Recording,
  what: 'received' | typeof LAST,
  subscribers: readonly Subscriber[],
): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE
  const isDone = (entry: Timed) =>
    entry.kind === 'received' && (what === 'received' || entry.data === LAST)
  for (;;) {
    const done = new Set(
      entries.map((entry) => (isDone(entry) && 'reader' in entry ? entry.reader : '')),
    )
    const waiting = subscribers.filter(({ name }) => !done.has(name))
    if (waiting.length === 0) return
    if (performance.now() > giveUpAt) {
      throw new Error(`expected ${what} of ${waiting.map(({ name }) => name).join(', ')}`)
    }
    await setTimeout(20)
  }
}

async function publishLast(url: string, recording: Recording): Promise<void> {
  recording.add({ kind: 'published', data: LAST, channel: CHANNEL })
  const giveUpAt = performance.now() + PATIENCE
  for (;;) {
    try {
      const headers = { 'Idempotency-Key': LAST }
      const position = await publishText(url, CHANNEL, LAST, { headers })
      recording.add({ kind: 'accepted', data: LAST, position })
      return
    } catch (error) {
      if (performance.now() > giveUpAt) throw error
      await setTimeout(200)
    }
  }
}

/** All that was accepted, as one history. */
function acceptedIn({ entries }: Recording): FinalLog {
  const events = entries
    .filter((entry) => entry.kind === 'accepted')
    .map(({ position, data }) => ({ id: position, data }))
    .toSorted((a, b) => offsetOf(a.id) - offsetOf(b.id))
  return { events }
}

function offsetOf(position: string): number {
  return Number(position.split('-')[1])
}

/** All that the log holds in the end, as the pods tell it. */
async function readFinal(url: string): Promise<FinalLog> {
  const events: FinalLog['events'][number][] = []
  let query = 'from=earliest'
  for (;;) {
    const target = `${url}/poll/${CHANNEL}?wait=0&limit=1000&${query}`
    const { statusCode, body } = await request(target, { headers: { Connection: 'close' } })
    if (statusCode !== 200) {
      // A pod may not have noticed yet that the log is back; the time limit of the test ends this.
      await body.dump()
      await setTimeout(200)
      continue
    }
    const answer = (await body.json()) as {
      readonly events: FinalLog['events']
      readonly gaps: readonly unknown[]
      readonly cursor: string
      readonly more: boolean
    }
    // It began with what was at hand though it was trimmed a moment ago, and comes to what is kept.
    if (answer.gaps.length > 0) events.length = 0
    events.push(...answer.events)
    if (!answer.more) return { events }
    query = `lastEventId=${answer.cursor}`
  }
}
