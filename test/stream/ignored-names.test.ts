import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDocument } from '../../src/schema/system-events.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { poll } from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service[Symbol.asyncDispose]())

/** The names that the stream and the poll with this query say they ignored. */
async function ignoredBy(query: string): Promise<readonly (readonly string[] | undefined)[]> {
  await using stream = await EventStream.open(`${service.url}/stream?channel=a&${query}`)
  const { data } = await stream.event('runnel.open')
  const answer = await poll(service.url, `/poll?channel=a&${query}`)
  return [openDocument.parse(JSON.parse(data)).ignored, answer.ignored]
}

test.for([
  ['form=earliest', ['form']],
  ['From=earliest&PING=1', ['From', 'PING']],
  ['a=1&a=2&b=', ['a', 'b']],
  ['%66orm=1&f%6frm', ['form']],
  ['from=earliest&x', ['x']],
  [`${'x'.repeat(65)}&${'x'.repeat(66)}`, ['x'.repeat(64)]],
])('%s is told to be ignored', async ([query, names]) => {
  expect(await ignoredBy(query as string)).toEqual([names, names])
})

test.for([
  '',
  'from=earliest',
  'last=1&envelope=1&ping=1&wait=0&limit=1',
  'lastEventID=',
  '&&',
  '=1',
])('nothing is told of "%s"', async (query) => {
  expect(await ignoredBy(query)).toEqual([undefined, undefined])
})

/** The characters of a name that fit into 64 bytes of UTF-8. */
function shownOf(name: string): string {
  let shown = ''
  for (const character of name) {
    if (Buffer.byteLength(shown + character) > 64) break
    shown += character
  }
  return shown
}

test('of many or long names the first 8 are told, cut to 64 bytes between characters', async () => {
  const name = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.string({ unit: fc.constantFrom('x', 'é', '€', '🚀'), minLength: 15, maxLength: 70 }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(name, { minLength: 1, maxLength: 12 }), async (names) => {
      const odd = names.map((text) => `~${text}`)
      const query = new URLSearchParams(odd.map((text): [string, string] => [text, '1'])).toString()
      const expected = [...new Set(odd.map(shownOf))].slice(0, 8)
      expect(await ignoredBy(query)).toEqual([expected, expected])
    }),
    { numRuns: 60 },
  )
})
