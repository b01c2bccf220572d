import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gapDocument, openDocument } from '../../src/schema/system-events.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { formatRequest } from '../support/clients/raw-response.ts'
import { startTestService, type TestService } from '../support/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service[Symbol.asyncDispose]())

/** Sends header lines that `fetch` would not, and reads the first gap. */
async function readGap(target: string, headers: readonly string[]): Promise<unknown> {
  await using connection = await RawConnection.open(service.url)
  connection.send(Buffer.from(formatRequest(target, { headers }), 'latin1'))
  const text = await connection.until(/runnel.open\n.*\n\n\r\n$/)
  expect(text).toMatch(/^HTTP\/1.1 200 OK\r\n/)
  const [, id, json = 'null'] = /id: (.*)\nevent: runnel.gap\ndata: (.*)\n\n/.exec(text) ?? []
  expect(text).toContain(`"cursor":"${id}","resumed":false`)
  return JSON.parse(json)
}

const UNKNOWN = { channel: null, reason: 'unknown-cursor', from: null, to: null, missed: null }

const FOREIGN = [
  '0',
  '$',
  '-',
  '+',
  '>',
  '*',
  'earliest',
  'latest',
  'abcdefgh',
  'abcdefgh-',
  'abcdefgh-01',
  'abcdefgh--1',
  'abcdefgh-1.5',
  'abcdefgh-1e3',
  'abcdefgh-9007199254740992',
  'abcdefgh-99999999999999999999',
  'abcdefg-1',
  'abcdefghi-1',
  'abcdef_h-1',
  'abcdefgh-1.abcdefgh-1',
  'abcdefgh-1.',
  '.abcdefgh-1',
  '%61bcdefgh-1',
  "' OR 1=1 --",
  '../../etc/passwd',
  '\u00E9\u00FF',
  'x'.repeat(1_025),
] as const

test.for(FOREIGN.map((cursor) => [cursor.slice(0, 24), cursor] as const))(
  'an unknown cursor is a gap and no 4xx: %s',
  async ([, cursor]) => {
    expect(await readGap('/stream/foreign', [`Last-Event-ID: ${cursor}`])).toEqual(UNKNOWN)
    const query = new URLSearchParams({ lastEventId: cursor }).toString()
    expect(await readGap(`/stream/foreign?${query}`, [])).toEqual(UNKNOWN)
  },
)

test('any cursor in the query is a gap and no 4xx', async () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.stringMatching(/^[0-9A-Za-z]{7,9}-[0-9]{0,20}(\.[0-9A-Za-z]{8}-[0-9])?$/),
  )
  await fc.assert(
    fc.asyncProperty(anything, async (cursor) => {
      const query = new URLSearchParams({ lastEventId: cursor }).toString()
      await using stream = await EventStream.open(`${service.url}/stream/foreign?${query}`)
      const { id, data } = await stream.event('runnel.gap')
      expect(gapDocument.parse(JSON.parse(data)).missed).toBeNull()
      const open = await stream.event('runnel.open')
      const { cursor: stand, resumed } = openDocument.parse(JSON.parse(open.data))
      expect([stand, resumed]).toEqual([id, false])
    }),
    { numRuns: 100 },
  )
})
