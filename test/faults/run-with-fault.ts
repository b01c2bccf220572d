import { setTimeout } from 'node:timers/promises'
import { request } from 'undici'
import type { GapReason } from '../../src/schema/system-events.ts'
import { check, type FinalLog, type Verdict } from '../history/check.ts'
import { NativeSubscriber } from '../history/native-subscriber.ts'
import { PollSubscriber } from '../history/poll-subscriber.ts'
import { Publisher } from '../history/publisher.ts'
import { RawSubscriber } from '../history/raw-subscriber.ts'
import { Recording, type TimedEntry } from '../history/recording.ts'
import type { Subscriber, SubscriberOptions } from '../history/subscriber.ts'
import { publishText } from '../support/clients/requests.ts'

export interface FaultRunOptions {
  /** The URL of the load balancer in front of the pods. */
  readonly url: string
  /** Subscribers of each of the four kinds. */
  readonly perKind?: number
  /** Milliseconds between two publishes of each of the two publishers. */
  readonly interval?: number
  /** Gaps that the fault may cause. */
  readonly allowedGaps?: readonly GapReason[]
  /** Whether the fault splits the log into two for a while. */
  readonly hadTwoLogs?: boolean
  /** Whether the log trims events during the run, and loses none: the final log is then all accepted events. */
  readonly isTrimmed?: boolean
  /** The URL of the pod from which the final log is read; by default `url`. */
  readonly witness?: string
  /** Reads the first `count` positions of the final log, if pods may have forgotten trimmed ones. */
  readonly readFirstPositions?: (count: number) => Promise<readonly string[]>
  /** The recording to use, if further publishers write to it. */
  readonly recording?: Recording
  /** Causes the fault. Resolves when the fault is over. */
  readonly fault: () => Promise<void>
}

export const CHANNEL = 'orders'
const LAST = 'last'

/** Milliseconds of traffic before and after the fault. */
const CALM = 1_000
/** Milliseconds that subscribers have to receive the last event: longer than pods need to notice a loss. */
const PATIENCE = 20_000

/** Causes a fault while publishers publish and subscribers of every kind read, then checks the recording. */
export async function runWithFault(options: FaultRunOptions): Promise<Verdict> {
  const { url, perKind = 3, interval = 20, allowedGaps = [], isTrimmed = false, fault } = options
  const { recording = new Recording(), witness = url, hadTwoLogs = false } = options
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
  const trimmed = (await options.readFirstPositions?.(oldest - 1)) ?? []
  return check(
    recording.entries,
    { ...final, trimmed },
    { channel: CHANNEL, allowedGaps, hadTwoLogs },
  )
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

/** Waits until each subscriber has received an event, or the last event. */
async function until(
  { entries }: Recording,
  what: 'received' | typeof LAST,
  subscribers: readonly Subscriber[],
): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE
  const isDone = (entry: TimedEntry) =>
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

/** All accepted events, as the final log. */
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

/** All events of the final log, read from a pod. */
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
    // The first answer had events that were trimmed meanwhile; only those after the gap are kept.
    if (answer.gaps.length > 0) events.length = 0
    events.push(...answer.events)
    if (!answer.more) return { events }
    query = `lastEventId=${answer.cursor}`
  }
}
