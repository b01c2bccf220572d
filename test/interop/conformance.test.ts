/** Every client, and both parsers, read event streams as the WHATWG standard defines. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Fixture, FIXTURES } from './conformance-fixtures.ts'
import type { ReceivedEvent } from './interop-client.ts'
import { createClients } from './clients.ts'
import { openEventSourceParser, openOurDecoder } from './parsers.ts'
import { type StreamServer, startStreamServer } from './stream-server.ts'

/** Sent after a fixture that expects more events, so that a client knows that no event is missing. */
const MARKER = 'event: marker\ndata: \n\n'

/**
 * The events that some clients report instead of the expected ones, where they are known to differ from the
 * standard.
 */
const DEVIATIONS: Readonly<Record<string, Readonly<Record<string, readonly ReceivedEvent[]>>>> = {
  // Its text decoder strips the first BOM, and its parser the second.
  eventsource: {
    'a second BOM belongs to the field name': [
      { event: 'message', data: 'a', id: '' },
      { event: 'message', data: 'b', id: '' },
    ],
  },
  undici: {
    'an empty name replaces a name': [{ event: 'tick', data: 'a', id: '' }],
  },
}

const NAMES = ['marker', ...FIXTURES.flatMap(({ expected }) => expected.map(({ event }) => event))]

const clients = createClients()
let server: StreamServer

beforeAll(async () => {
  server = await startStreamServer(({ path }) => {
    const fixture = FIXTURES[Number(path.slice(1))]
    if (fixture === undefined) throw new RangeError(`expected the number of a fixture, got ${path}`)
    const { chunks, followedBy } = fixture
    return {
      chunks: followedBy === 'more' ? [...chunks, MARKER] : chunks,
      ends: followedBy !== 'silence',
    }
  })
})

afterAll(async () => {
  await clients.close()
  await server[Symbol.asyncDispose]()
})

const cases = clients.all.flatMap((client) =>
  FIXTURES.map((fixture, number) => ({
    client,
    fixture,
    number,
    name: client.name,
    rule: fixture.name,
  })),
)

test('there are 49 fixtures, each of its own name', () => {
  expect(new Set(FIXTURES.map(({ name }) => name)).size).toBe(49)
})

test.for(cases)('$name reads: $rule', async ({ client, fixture, number }, { signal }) => {
  const events = await client.collect(`${server.url}/${number}`, {
    names: NAMES,
    until: (soFar) => isOver(fixture, soFar),
    signal,
  })
  const expected = DEVIATIONS[client.name]?.[fixture.name] ?? fixture.expected
  expect(events.filter(({ event }) => event !== 'marker')).toEqual(expected)
  expect(events.at(-1)?.event === 'marker').toBe(fixture.followedBy === 'more')
})

test.for([
  ['our decoder', openOurDecoder],
  ['eventsource-parser', openEventSourceParser],
] as const)('%s reads every fixture however it is cut in two', ([, openParser]) => {
  for (const { name, chunks, expected } of FIXTURES) {
    const bytes = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk)))
    // More cuts of a long fixture would test nothing new.
    for (let border = 0; border <= Math.min(bytes.length, 200); border++) {
      const events: ReceivedEvent[] = []
      const read = openParser((event) => events.push(event))
      read(bytes.subarray(0, border))
      read(bytes.subarray(border))
      expect(events, `${name}, cut at byte ${border}`).toEqual(expected)
    }
  }
})

function isOver({ followedBy, expected }: Fixture, events: readonly ReceivedEvent[]): boolean {
  if (followedBy === 'silence') return events.length === expected.length
  return events.at(-1)?.event === 'marker'
}
