import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EventStream } from '../support/clients/event-stream.ts'
import {
  acceptedIds,
  poll,
  post,
  publishLines,
  publishText,
  readProblem,
} from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service[Symbol.asyncDispose]())

/** The data that a stream and a poll got from a channel of up to 1,000 events. */
async function readBoth(channel: string, count: number): Promise<readonly string[]> {
  await using stream = await EventStream.open(`${service.url}/stream/${channel}?from=earliest`)
  const streamed = (await stream.take(count)).map(({ data }) => data)
  const { events } = await poll(service.url, `/poll/${channel}?from=earliest&limit=1000`)
  expect(events.map(({ data }) => data)).toEqual(streamed)
  return streamed
}

async function publishJson(channel: string, body: string): Promise<void> {
  await acceptedIds(await post(`${service.url}/publish/${channel}`, 'application/json', body))
}

const text = fc.string({
  unit: fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom('\n', '\r', '\r\n', ' ', ':', 'data: ', 'id: 7', '\0'),
    },
    { weight: 1, arbitrary: fc.constantFrom('\u2028', '\u0085', '\v', '\f', '\uFEFF', '\u00A0') },
    { weight: 3, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  ),
})

function normalize(data: string): string {
  return data.replace(/\r\n?/g, '\n')
}

test('a text body arrives as it was published, CR and CRLF turned into LF', async () => {
  const published: string[] = []
  await fc.assert(
    fc.asyncProperty(text, async (data) => {
      await publishText(service.url, 'any-text', data)
      published.push(normalize(data))
    }),
    { numRuns: 200 },
  )
  expect(await readBoth('any-text', published.length)).toEqual(published)
})

test('a JSON string arrives as it is, CR and CRLF turned into LF', async () => {
  const published: string[] = []
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 5 }), async (batch) => {
      await publishLines(
        service.url,
        'any-string',
        batch.map((data) => ({ data })),
      )
      published.push(...batch.map(normalize))
    }),
    { numRuns: 100 },
  )
  expect(await readBoth('any-string', published.length)).toEqual(published)
})

test('any other JSON value arrives as compact JSON', async () => {
  const value = fc
    .jsonValue({ stringUnit: 'grapheme' })
    .filter((candidate) => typeof candidate !== 'string')
  const published: string[] = []
  await fc.assert(
    fc.asyncProperty(value, fc.constantFrom('', ' ', '\t', '  '), async (data, indent) => {
      await publishJson('any-value', JSON.stringify({ data }, undefined, indent))
      published.push(JSON.stringify(data))
    }),
    { numRuns: 200 },
  )
  expect(await readBoth('any-value', published.length)).toEqual(published)
})

test('numbers keep their source text on every level', async () => {
  const numbers = ['1.10', '-0', '1E+2', '0.10e-3', '2e400', '12345678901234567890', '1.0']
  for (const number of numbers) await publishJson('numbers', `{ "data" : ${number} }`)
  await publishJson('numbers', `{"data": {"a": [ ${numbers.join(' , ')} ], "data": {"b": 1.50}}}`)
  await publishJson('numbers', '{"data": [1.0, "1.0"], "event": "tick"}')
  expect(await readBoth('numbers', numbers.length + 2)).toEqual([
    ...numbers,
    `{"a":[${numbers.join(',')}],"data":{"b":1.50}}`,
    '[1.0,"1.0"]',
  ])
})

test('of repeated keys the last counts, on every level', async () => {
  const bodies = [
    ['{"data":1.10,"data":2.20}', '2.20'],
    ['{"data":"a","data":{"b":1.0}}', '{"b":1.0}'],
    ['{"data":{"b":1.0},"data":"a"}', 'a'],
    ['{"data":[1.0],"data":[2.0,3.00]}', '[2.0,3.00]'],
    ['{"data":{"a":1.0,"a":2.00}}', '{"a":2.00}'],
    ['{"data":{"a":{"z":1},"a":2.0,"a":{"y":3.0}}}', '{"a":{"y":3.0}}'],
    ['{"data":{"data":1.0},"event":"tick","event":"tock"}', '{"data":1.0}'],
  ] as const
  for (const [body] of bodies) await publishJson('repeated', body)
  expect(await readBoth('repeated', bodies.length)).toEqual(bodies.map(([, data]) => data))
})

test('property names of JavaScript objects are ordinary keys', async () => {
  const data = '{"__proto__":{"a":1.0},"constructor":{"prototype":2.0},"toString":null}'
  await publishJson('keys', `{"data":${data}}`)
  expect(await readBoth('keys', 1)).toEqual([data])
})

test('escapes inside a JSON value stay escapes', async () => {
  const data = String.raw`{"a":"x\r\ny","b":"\u0000\u2028"}`
  await publishJson('escapes', `{"data":${data}}`)
  const [arrived] = await readBoth('escapes', 1)
  expect(JSON.parse(arrived ?? '')).toEqual({ a: 'x\r\ny', b: '\0\u2028' })
  expect(arrived).not.toContain('\n')
})

test('an empty text body is an event with empty data', async () => {
  await publishText(service.url, 'empty', '')
  await publishJson('empty', '{"data":""}')
  expect(await readBoth('empty', 2)).toEqual(['', ''])
})

test('a byte order mark in a text is part of it', async () => {
  await publishText(service.url, 'mark', '\uFEFFa')
  expect(await readBoth('mark', 1)).toEqual(['\uFEFFa'])
})

test('deep JSON is either kept whole or refused, naming the data', async () => {
  const outcomes: string[] = []
  const refusals: unknown[] = []
  for (let depth = 1; depth <= 100_000; depth *= 10) {
    const data = '['.repeat(depth) + ']'.repeat(depth)
    const body = `{"data":${data}}`
    const response = await post(`${service.url}/publish/deep`, 'application/json', body)
    if (response.status === 200) outcomes.push(data)
    else refusals.push([response.status, (await readProblem(response)).detail])
  }
  expect(refusals).toContainEqual([400, expect.stringMatching(/^data: .*nesting/)])
  expect(new Set(refusals.map(String)).size).toBe(1)
  expect(outcomes.length).toBeGreaterThanOrEqual(3)
  expect(await readBoth('deep', outcomes.length)).toEqual(outcomes)
})
