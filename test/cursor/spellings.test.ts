import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pollDocument } from '../../src/schema/poll.ts'
import { openDocument, type Open } from '../../src/schema/system-events.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { exchange, formatRequest } from '../support/clients/raw-response.ts'
import { poll, publishCount } from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'

let service: TestService
let ids: readonly string[]

beforeAll(async () => {
  service = await startTestService()
  ids = await publishCount(service.url, 'spelled', 5)
})

afterAll(() => service[Symbol.asyncDispose]())

async function openAt(
  query: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Open> {
  await using stream = await EventStream.open(`${service.url}/stream/spelled?${query}`, headers)
  return openDocument.parse(JSON.parse((await stream.event('runnel.open')).data))
}

/** The data of the events after the cursor, by a poll with the same query. */
async function polledAfter(query: string): Promise<readonly string[]> {
  const { events } = await poll(service.url, `/poll/spelled?wait=0&${query}`)
  return events.map(({ data }) => data)
}

/** What the contract lists, in any case of letters. */
const spelling = fc
  .tuple(
    fc.constantFrom('lastEventId', 'last_event_id', 'last-event-id'),
    fc.array(fc.boolean(), { minLength: 13, maxLength: 13 }),
  )
  .map(([name, isUpper]) =>
    Array.from(name, (letter, at) =>
      isUpper[at] ? letter.toUpperCase() : letter.toLowerCase(),
    ).join(''),
  )

test('a cursor counts under every spelling, and of several the last', async () => {
  const place = fc.option(fc.nat({ max: 4 }), { nil: undefined })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(spelling, place), { minLength: 1, maxLength: 4 }),
      async (given) => {
        const pairs = given.map(([name, at]): [string, string] => [name, ids[at ?? -1] ?? ''])
        const query = new URLSearchParams(pairs).toString()
        // An empty cursor counts as none.
        const last = given.findLast(([, at]) => at !== undefined)?.[1]
        expect(await openAt(query)).toMatchObject({
          cursor: ids[last ?? 4],
          resumed: last !== undefined,
        })
        const after = last ?? 4
        expect(await polledAfter(query)).toEqual(['1', '2', '3', '4', '5'].slice(after + 1))
      },
    ),
    { numRuns: 60 },
  )
})

test.for(['lastEventID', 'last_event_id', 'last-event-id', 'LASTEVENTID', 'Last-Event-ID'])(
  'the header wins over the query as %s',
  async (name) => {
    const headers = { 'Last-Event-ID': ids[1]! }
    const open = await openAt(`${name}=${ids[3]}`, headers)
    expect(open).toMatchObject({ cursor: ids[1], resumed: true })
    expect(open).not.toHaveProperty('ignored')
    expect(await openAt(`${name}=${ids[3]}`, { 'Last-Event-ID': '' })).toMatchObject({
      cursor: ids[3],
    })
  },
)

test.for([
  ['repeated', (cursors: readonly string[]) => cursors.map((cursor) => `Last-Event-ID: ${cursor}`)],
  ['joined', (cursors: readonly string[]) => [`Last-Event-ID: ${cursors.join(', ')}`]],
  [
    'joined without blanks',
    (cursors: readonly string[]) => [`last-event-id: ${cursors.join(',')}`],
  ],
] as const)('of several headers the last that is not empty counts: %s', async ([, write]) => {
  const target = '/poll/spelled?wait=0&lastEventId=foreign'
  for (const [given, expected] of [
    [[0, 3], 3],
    [[3, 0], 0],
    [[2, 2, 2], 2],
    [[1, -1], 1],
    [[-1, 2, -1, -1], 2],
  ] as const) {
    const headers = write(given.map((at) => ids[at] ?? ''))
    const { body } = await exchange(service.url, formatRequest(target, { headers }))
    const { events, gaps } = pollDocument.parse(JSON.parse(body))
    expect([given, gaps, events[0]?.data]).toEqual([given, [], `${expected + 2}`])
  }
})

test('a comma in the query is no end of a cursor', async () => {
  const { gaps } = await poll(service.url, `/poll/spelled?wait=0&lastEventId=${ids[0]},${ids[1]}`)
  expect(gaps).toMatchObject([{ reason: 'unknown-cursor' }])
})

test.for([
  'lastEvent',
  'lastEventIds',
  'last_event-id',
  'last event id',
  'lastEventId[]',
  'lastEventİd',
  'Id',
])('another name is no cursor, and the client is told: %s', async (name) => {
  const query = new URLSearchParams({ [name]: ids[1]! }).toString()
  expect(await openAt(query)).toMatchObject({ cursor: ids[4], resumed: false, ignored: [name] })
})
