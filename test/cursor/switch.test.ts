import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CheckedClient, type Answer } from '../support/clients/checked-client.ts'
import { offsetOf } from '../support/event-ledger.ts'
import { startTestService } from '../support/service.ts'
import { Publisher } from './publisher.ts'
import { readStream } from './read-stream.ts'

/** So few that a client which is away for some steps misses trimmed events. */
const HISTORY_EVENTS = 6

interface Published {
  /** Index among the channels of the run. */
  readonly channel: number
  readonly count: number
}

type Step =
  | { readonly do: 'publish'; readonly what: Published }
  | { readonly do: 'stream'; readonly cut: number; readonly meanwhile: readonly Published[] }
  | {
      readonly do: 'poll'
      readonly limit: number
      /** Uses so many events of the answer, and goes on from the id of the last. */
      readonly used: number
      readonly inQuery: boolean
      readonly meanwhile: readonly Published[]
    }

const what = fc.record({ channel: fc.nat(2), count: fc.integer({ min: 1, max: HISTORY_EVENTS }) })
const meanwhile = fc.array(what, { maxLength: 2 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('publish'), what }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('stream'), cut: fc.nat(1_500), meanwhile }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('poll'),
      limit: fc.integer({ min: 1, max: 8 }),
      used: fc.integer({ min: 1, max: 8 }),
      inQuery: fc.boolean(),
      meanwhile,
    }),
  },
)
const from = fc.constantFrom('from=latest', 'from=earliest', 'last=3')
const steps = fc.array(step, { minLength: 2, maxLength: 16, size: 'max' })

/** One client that moves between streams and polls of some channels, and the publisher it hears. */
class Switcher {
  readonly channels: readonly string[]
  readonly client: CheckedClient
  readonly #url: string
  readonly #publisher: Publisher
  readonly #query: string

  constructor(url: string, publisher: Publisher, channels: readonly string[], first: string) {
    this.#url = url
    this.#publisher = publisher
    this.channels = channels
    this.client = new CheckedClient(publisher.ledger, channels)
    const isSingle = channels.length === 1
    const named = channels.map((channel) => `channel=${channel}`)
    this.#query = isSingle ? `/${channels[0]}?${first}` : `?${[...named, first].join('&')}`
  }

  get tops(): readonly string[] {
    return this.channels.map((channel) => this.#publisher.top(channel))
  }

  async run(one: Step): Promise<void> {
    if (one.do === 'publish') await this.#publish(one.what)
    else if (one.do === 'stream') await this.stream(one.cut, one.meanwhile)
    else await this.#poll(one)
  }

  /** Reads a stream until it is cut after `cut` bytes, or all events have come. */
  async stream(cut: number, events: readonly Published[] = []): Promise<void> {
    const { client } = this
    const take = client.connect()
    const all = new AbortController()
    const { promise: hasBegun, resolve } = Promise.withResolvers<void>()
    let early: Buffer[] | undefined = []
    let left = cut
    const feed = (bytes: Buffer): boolean => {
      take(bytes.subarray(0, Math.max(left, 0)))
      left -= bytes.length
      return left <= 0 || client.isAt(this.tops)
    }
    const done = readStream(
      `${this.#url}/stream${this.#query}`,
      client.cursor,
      (bytes) => {
        resolve()
        // The judge can look events up once their publisher has their positions.
        if (early === undefined) return feed(bytes)
        early.push(bytes)
        return false
      },
      all.signal,
    )
    await hasBegun
    for (const published of events) await this.#publish(published)
    const bytes = Buffer.concat(early)
    early = undefined
    if (feed(bytes)) all.abort()
    await done
  }

  async #poll({ limit, used, inQuery, meanwhile: events }: Extract<Step, { do: 'poll' }>) {
    const { client } = this
    const { cursor } = client
    const url = new URL(`${this.#url}/poll${this.#query}&limit=${limit}`)
    // Held only if an event will come.
    url.searchParams.set('wait', events.length > 0 ? '20' : '0')
    if (inQuery && cursor !== undefined) url.searchParams.set('lastEventId', cursor)
    const headers = inQuery || cursor === undefined ? {} : { 'Last-Event-ID': cursor }
    const answered = fetch(url, { headers })
    for (const published of events) await this.#publish(published)
    const response = await answered
    if (response.status !== 200) throw new Error(`expected status 200, got ${response.status}`)
    const answer = (await response.json()) as Answer
    client.takeAnswer(answer, Math.min(used, answer.events.length))
  }

  async #publish({ channel, count }: Published): Promise<void> {
    const name = this.channels[channel % this.channels.length]!
    const before = this.#publisher.count(name)
    const events = Array.from({ length: count }, (_, index) => ({
      data: `${before + index}\n\u{20ac}`,
    }))
    await this.#publisher.publish(name, events)
  }
}

/** The number of events of each channel that the client got, plus the exact counts of its gaps. */
function accountFor({ client, channels }: Switcher): unknown {
  const gaps = Map.groupBy(client.gaps, ({ channel }) => channel)
  return channels.map((channel, index) => {
    const start = offsetOf(client.start!.split('.')[index]!)
    const events = client.events.filter((event) => event.channel === channel).length
    const missed = (gaps.get(channel) ?? []).reduce(
      (sum, gap) => sum + (gap.missed ?? Number.NaN),
      0,
    )
    return start + events + missed
  })
}

test.for([
  { name: 'one channel', count: 1 },
  { name: 'three channels', count: 3 },
])(
  'a client of $name that switches between streams and polls at any point misses nothing unannounced',
  async ({ count }) => {
    await using service = await startTestService({ 'history-events': String(HISTORY_EVENTS) })
    let runs = 0
    await fc.assert(
      fc.asyncProperty(from, steps, async (first, script) => {
        const publisher = new Publisher(service.url, HISTORY_EVENTS)
        const run = runs++
        const channels = Array.from({ length: count }, (_, index) => `${run}-${index}`)
        for (const channel of channels) await publisher.begin(channel)
        const switcher = new Switcher(service.url, publisher, channels, first)
        for (const one of script) await switcher.run(one)
        if (!switcher.client.isAt(switcher.tops)) await switcher.stream(Number.POSITIVE_INFINITY)

        expect(switcher.client.isAt(switcher.tops)).toBe(true)
        expect(accountFor(switcher)).toEqual(channels.map((channel) => publisher.count(channel)))
      }),
      { numRuns: 120 },
    )
  },
)
