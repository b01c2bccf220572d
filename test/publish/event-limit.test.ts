import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BlockSplitter } from '../support/clients/block-splitter.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { formatRequest, parseChunks } from '../support/clients/raw-response.ts'
import { poll, post, publishText, readProblem } from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'

/** 60 KiB, the default. */
const LIMIT = 61_440
const POSITION = 'abcdefgh-9007199254740991'
/** Of a stream of 16 channels. */
const CURSOR = Array.from({ length: 16 }, () => POSITION).join('.')
const TIME = '2026-01-01T00:00:00.000Z'

let service: TestService

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service[Symbol.asyncDispose]())

interface Sent {
  readonly channel: string
  readonly event: string
  readonly data: string
}

/** The event as the protocol has it on a stream of one channel, at the highest position. */
function plainBlock({ event, data }: Sent): string {
  const lines = data.split('\n').map((line) => `data: ${line}\n`)
  return `id: ${POSITION}\n${event === 'message' ? '' : `event: ${event}\n`}${lines.join('')}\n`
}

/** The event as the protocol has it on a stream of 16 channels. */
function envelopeBlock({ channel, event, data }: Sent): string {
  const envelope = JSON.stringify({ channel, position: POSITION, event, data, time: TIME })
  return `id: ${CURSOR}\n${event === 'message' ? '' : `event: ${event}\n`}data: ${envelope}\n\n`
}

function largestOf(sent: Sent): number {
  return Math.max(Buffer.byteLength(plainBlock(sent)), Buffer.byteLength(envelopeBlock(sent)))
}

async function publish({ channel, event, data }: Sent): Promise<Response> {
  const query = new URLSearchParams({ event }).toString()
  return post(`${service.url}/publish/${channel}?${query}`, 'text/plain', data)
}

/** The longest data of one character, repeated, whose event is within the limit. */
function longestWithin(channel: string, event: string, unit: string): number {
  let [fits, exceeds] = [0, LIMIT]
  while (exceeds - fits > 1) {
    const middle = Math.floor((fits + exceeds) / 2)
    if (largestOf({ channel, event, data: unit.repeat(middle) }) <= LIMIT) fits = middle
    else exceeds = middle
  }
  return fits
}

const UNITS = ['x', '"', '\\', '\n', '\u0001', '\t', 'é', '€', '🚀']

test.for(UNITS.flatMap((unit) => [[unit, 'message'] as const, [unit, '"é"'.repeat(32)] as const]))(
  'an event of %j may be as large as its largest block, named %s, and no character more',
  async ([unit, event], { task }) => {
    const channel = `limit-${task.id}`.padEnd(128, '~')
    const count = longestWithin(channel, event, unit)
    const data = unit.repeat(count)
    expect((await publish({ channel, event, data })).status).toBe(200)
    const { status, detail } = await readProblem(
      await publish({ channel, event, data: data + unit }),
    )
    expect([status, detail]).toEqual([413, expect.stringContaining('RUNNEL_MAX_EVENT')])
    expect(detail).toContain(String(largestOf({ channel, event, data: data + unit })))
    // Nothing was accepted besides.
    expect((await poll(service.url, `/poll/${channel}?from=earliest`)).events).toHaveLength(1)
  },
)

test('an event is refused exactly if its largest block is beyond the limit', async () => {
  const piece = fc.tuple(
    fc.oneof(fc.constantFrom(...UNITS), fc.string({ unit: 'binary', minLength: 1, maxLength: 3 })),
    fc.nat({ max: 12_000 }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 4 }), async (pieces) => {
      const data = pieces
        .map(([unit, count]) => unit.repeat(count))
        .join('')
        .replaceAll(/\r\n?/g, '\n')
      const sent = { channel: 'any', event: 'tick', data }
      fc.pre(Buffer.byteLength(data) <= 256 * 1_024)
      expect((await publish(sent)).status).toBe(largestOf(sent) <= LIMIT ? 200 : 413)
    }),
    { numRuns: 100 },
  )
})

test('no stream writes a block beyond the limit for the largest events that are accepted', async () => {
  const others = Array.from({ length: 15 }, (_, index) => `other-${index}`)
  const many = ['largest', ...others].map((name) => `channel=${name}`).join('&')
  const targets = ['/stream/largest?', '/stream/largest?envelope=1&', `/stream?${many}&`]
  for (const unit of UNITS) {
    const data = unit.repeat(longestWithin('largest', 'message', unit))
    await publishText(service.url, 'largest', data)
  }
  await publishText(service.url, 'largest', 'the last')
  for (const target of targets) {
    await using connection = await RawConnection.open(service.url)
    connection.send(formatRequest(`${target}from=earliest`))
    await connection.until(/the last.*\n\n\r\n$/)
    const { bytes } = connection
    const { chunks } = parseChunks(bytes.subarray(bytes.indexOf('\r\n\r\n') + 4))
    const blocks = new BlockSplitter().push(chunks.join(''))
    expect(blocks.length).toBe(1 + UNITS.length + 1)
    for (const block of blocks) expect(Buffer.byteLength(block) + 2).toBeLessThanOrEqual(LIMIT)
  }
})

test('a batch with an event beyond the limit is refused as a whole, and the event is named', async () => {
  const lines = ['a', 'b', 'x'.repeat(LIMIT), 'c'].map((data) => JSON.stringify({ data }))
  const response = await post(
    `${service.url}/publish/batch`,
    'application/x-ndjson',
    lines.join('\n'),
  )
  const { status, detail } = await readProblem(response)
  expect([status, detail]).toEqual([413, expect.stringContaining('event 3: ')])
  expect((await poll(service.url, '/poll/batch?from=earliest')).events).toEqual([])
})

test('RUNNEL_MAX_EVENT moves the limit', async () => {
  await using small = await startTestService({ 'max-event': '4KiB' })
  await using large = await startTestService({ 'max-event': '1MiB' })
  const data = 'x'.repeat(5_000)
  expect((await post(`${small.url}/publish/a`, 'text/plain', data)).status).toBe(413)
  expect((await post(`${small.url}/publish/a`, 'text/plain', data.slice(0, 3_000))).status).toBe(
    200,
  )
  expect((await post(`${large.url}/publish/a`, 'text/plain', data.repeat(40))).status).toBe(200)
})
