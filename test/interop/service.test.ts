/** Every client reads from the service exactly the events that were published. */
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { beside, ROOMY } from '../support/other-pods.ts'
import { fullDocument } from '../../src/schema/system-events.ts'
import { eventually } from '../support/eventually.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { poll, publishLines, publishText } from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'
import type { CollectOptions, InteropClient, ReceivedEvent } from './interop-client.ts'
import { createClients } from './clients.ts'

interface ScriptedEvent {
  readonly event: string
  readonly data: string
}

/** The events to publish on a channel, and the events that every client must read. */
interface Script {
  readonly channel: string
  readonly events: readonly ScriptedEvent[]
  readonly expected: readonly ReceivedEvent[]
}

const SCRIPTS = 12
const LIVE_SCRIPTS = 5
/** Part of the message of a failure; set it here to repeat the same scripts. */
const SEED = Date.now()

const LARGEST = 256 * 1024

const piece = fc.oneof(
  fc.constantFrom('\n', '\r', '\r\n', '\n\n', ' ', '  ', '\t', ':', ': ', '\0', '\uFEFF'),
  fc.constantFrom('data: x', 'id: 7', 'event: forged', 'retry: 1', '\u2028', '\u0085', '\v', '\f'),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: 'grapheme-composite', maxLength: 12 }),
)
const data = fc.oneof(
  { weight: 8, arbitrary: fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')) },
  { weight: 1, arbitrary: fc.constantFrom('', '\n', ' ', ' a', 'a\n\n\n', '\r', '\n\r\n') },
  { weight: 1, arbitrary: fc.nat({ max: 40_000 }).map((length) => 'ab\n€'.repeat(length)) },
)
const name = fc.oneof(
  { weight: 2, arbitrary: fc.constant('message') },
  fc.constantFrom(
    'tick',
    'a b',
    ' leading',
    'trailing ',
    ':',
    '__proto__',
    'ping',
    'é🚀',
    '\u2028',
  ),
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((text) => !/^(?:error|open|runnel\..*)$|\p{Cc}/u.test(text)),
)
const script = fc.array(fc.record({ event: name, data }), { minLength: 1, maxLength: 6 })

/** Events of the largest size, in one line and in many. undici fails on more than 131,072 lines. */
const LARGE_SCRIPT: readonly ScriptedEvent[] = [
  { event: 'message', data: 'x'.repeat(LARGEST) },
  { event: 'tick', data: 'a\n'.repeat(LARGEST / 2 - 1) },
  { event: 'message', data: `${'€'.repeat(LARGEST / 3 - 1)}\n` },
]

const clients = createClients()
let service: TestService
const scripts: Script[] = []

beforeAll(async () => {
  service = await startTestService({ 'max-event': '2MiB' })
  const generated = fc.sample(script, { numRuns: SCRIPTS, seed: SEED })
  for (const [index, events] of [...generated, LARGE_SCRIPT].entries()) {
    const channel = `script-${index}`
    scripts.push({ channel, events, expected: await publishScript(channel, events) })
  }
})

afterAll(async () => {
  await clients.close()
  await service[Symbol.asyncDispose]()
})

async function publishScript(
  channel: string,
  events: readonly ScriptedEvent[],
): Promise<readonly ReceivedEvent[]> {
  const expected: ReceivedEvent[] = []
  for (const { event, data: text } of events) {
    const id = await publishText(service.url, channel, text, { event })
    expected.push({ event, data: text.replace(/\r\n?/g, '\n'), id })
  }
  return expected
}

/** Reads as many published events as are expected, without the events of Runnel itself. */
async function read(
  client: InteropClient,
  target: string,
  expected: readonly { readonly event: string }[],
  options: CollectOptions,
): Promise<readonly ReceivedEvent[]> {
  const events = await client.collect(service.url + target, {
    ...options,
    names: expected.map(({ event }) => event),
    until: (soFar) => soFar.filter(isPublished).length === expected.length,
  })
  return events.filter(isPublished)
}

function isPublished({ event }: ReceivedEvent): boolean {
  return !event.startsWith('runnel.')
}

const named = clients.all.map((client) => [client.name, client] as const)

test.concurrent.for(named)(
  '%s reads events published before it connected',
  async ([, client], { signal }) => {
    for (const { channel, expected } of scripts) {
      const events = await read(client, `/stream/${channel}?from=earliest`, expected, { signal })
      expect(events, `${channel} of seed ${SEED}`).toEqual(expected)
    }
  },
)

test.concurrent.for(named)('%s resumes after any event', async ([, client], { signal }) => {
  for (const [index, { channel, expected }] of scripts.entries()) {
    const at = index % expected.length
    const rest = expected.slice(at + 1)
    if (rest.length === 0) continue
    const lastEventId = expected[at]?.id ?? ''
    const events = await read(client, `/stream/${channel}`, rest, { signal, lastEventId })
    expect(events, `${channel} of seed ${SEED}, after event ${at}`).toEqual(rest)
  }
})

test('all clients read the same live events at the same time', async ({ signal }) => {
  const generated = fc.sample(script, { numRuns: LIVE_SCRIPTS, seed: SEED + 1 })
  for (const [index, events] of [...generated, LARGE_SCRIPT].entries()) {
    const channel = `live-${index}`
    const reading = clients.all.map(async (client) =>
      read(client, `/stream/${channel}`, events, { signal }),
    )
    await eventually(() => expect(service.snapshot().subscribers).toBe(clients.all.length))
    const expected = await publishScript(channel, events)
    for (const [at, received] of (await Promise.all(reading)).entries()) {
      const reader = clients.all[at]?.name
      expect(received, `${reader}, ${channel} of seed ${SEED}`).toEqual(expected)
    }
    await eventually(() => expect(service.snapshot().subscribers).toBe(0))
  }
})

test('all clients read the same envelopes of several channels', async ({ signal }) => {
  await publishLines(service.url, 'several-a', [{ data: 'x\ny' }, { event: 'tick', data: '€' }])
  await publishLines(service.url, 'several-b', [{ data: '' }, { data: { n: 1 } }])
  const target = '/stream?channel=several-b&channel=several-a&from=earliest'
  const shape = ['message', 'tick', 'message', 'message'].map((event) => ({ event }))
  const [first = [], ...others] = await Promise.all(
    clients.all.map(async (client) => read(client, target, shape, { signal })),
  )
  expect(first.map(({ event }) => event)).toEqual(shape.map(({ event }) => event))
  for (const events of others) expect(events).toEqual(first)
})

const reconnecting = clients.reconnecting.map((client) => [client.name, client] as const)

test.for(reconnecting)(
  '%s is refused by a full pod and comes back by itself',
  async ([, client], { signal }) => {
    await using full = await startTestService({ 'max-streams': '1' }, beside(ROOMY))
    const occupant = await EventStream.open(`${full.url}/stream/other`)
    await occupant.event('runnel.open')
    const refused = Promise.withResolvers<ReceivedEvent>()
    const reading = client.collect(`${full.url}/stream/a`, {
      names: ['runnel.full'],
      until: (events) => {
        const { 0: first, [events.length - 1]: last } = events
        if (first?.event === 'runnel.full') refused.resolve(first)
        return last?.event === 'message'
      },
      reconnects: true,
      signal,
    })
    const { data: text, id: cursor } = await refused.promise
    const { poll: reference } = fullDocument.parse(JSON.parse(text))
    const id = await publishText(full.url, 'a', 'meanwhile')
    const { pathname, search, searchParams } = new URL(reference, `${full.url}/stream/a`)
    expect(searchParams.get('lastEventId')).toBe(cursor)
    expect((await poll(full.url, pathname + search)).events).toMatchObject([
      { id, data: 'meanwhile' },
    ])
    await occupant[Symbol.asyncDispose]()
    expect((await reading).at(-1)).toEqual({ event: 'message', data: 'meanwhile', id })
  },
)
