import * as fc from 'fast-check'
import { LINE_TEXT, TARGET_TEXT } from './text-arbitraries.ts'

/** Few channels, since each accepted one stays in the log. */
const CHANNELS = ['a', 'b', 'c']
export const TYPES = ['application/json', 'application/x-ndjson', 'text/plain']

const target = fc
  .tuple(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...CHANNELS) },
      { weight: 1, arbitrary: TARGET_TEXT.map((text) => `!${text}`) },
      { weight: 1, arbitrary: fc.constantFrom('', '.', '..', '%2e', 'a/', 'a/b', 'x'.repeat(129)) },
    ),
    fc.option(
      TARGET_TEXT.map((text) => `?event=${text}`),
      { nil: '' },
    ),
  )
  .map(([channel, query]) => `/publish/${channel}${query}`)

const contentType = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...TYPES) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...TYPES, 'text/html', ''), LINE_TEXT)
      .map(([type, parameter]) => `${type};${parameter}`),
  },
)

const header = fc.oneof(
  LINE_TEXT.map((text) => `Origin: ${text}`),
  LINE_TEXT.map((text) => `Content-Encoding: ${text}`),
  LINE_TEXT.map((text) => `traceparent: ${text}`),
  LINE_TEXT.map((text) => `Authorization: ${text}`),
  LINE_TEXT.map((text) => `X-Forwarded-For: ${text}`),
  LINE_TEXT.map((text) => `Prefer: ${text}`),
  fc.nat(20).map((number) => `Idempotency-Key: ${number}`),
  fc.constantFrom('Idempotency-Key:', `Idempotency-Key: ${'k'.repeat(129)}`, 'Origin: null'),
)

/** Event objects with valid, invalid, repeated and unusual fields. */
const eventJson = fc
  .array(
    fc
      .tuple(
        fc.constantFrom('data', 'data', 'event', 'id', '__proto__', 'dat\u0000a', ''),
        fc.oneof(
          fc.json({ maxDepth: 3 }),
          fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
          fc.constantFrom(
            '1.10',
            '-0',
            '1e999',
            '"\\ud800"',
            '"\\u0000"',
            '{"toJSON":1}',
            '"runnel.x"',
          ),
        ),
      )
      .map(([name, value]) => `${JSON.stringify(name)}:${value}`),
    { maxLength: 4 },
  )
  .map((fields) => `{${fields.join(',')}}`)

/** JSON with a piece removed, inserted or replaced. */
const brokenJson = fc
  .tuple(
    eventJson,
    fc.nat(),
    fc.nat(8),
    fc.constantFrom('', '"', '{', ']', '\\', '\u0000', '\u00a0', ','),
  )
  .map(([text, at, length, insert]) => {
    const start = at % (text.length + 1)
    return text.slice(0, start) + insert + text.slice(start + length)
  })

const bytes = fc.oneof(
  { weight: 4, arbitrary: fc.oneof(eventJson, brokenJson).map((text) => Buffer.from(text)) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.oneof(eventJson, brokenJson), { maxLength: 4 })
      .map((lines) => Buffer.from(lines.join('\n'))),
  },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array)) },
)

/** A publish with valid framing, so that the next request on the connection is parsed too. */
export const PUBLISH = fc
  .tuple(target, contentType, fc.array(header, { maxLength: 2 }), bytes)
  .map(([path, type, headers, body]) => {
    const head = [
      `POST ${path} HTTP/1.1`,
      'Host: localhost',
      `Content-Type: ${type}`,
      `Content-Length: ${body.length}`,
      ...headers,
    ]
    return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body])
  })

/** Bodies that are excessive in size, depth or number of fields. */
export const LARGE_BODIES: readonly string[] = [
  '['.repeat(200_000),
  `{"data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
  `{"data":${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}}`,
  `{"data":${'9'.repeat(200_000)}}`,
  `{${'"data":1,'.repeat(20_000)}"data":2}`,
  `{"data":"${'\\u0000'.repeat(40_000)}"}`,
  '{"data":1}\n'.repeat(20_000),
  '\n'.repeat(250_000),
  `{"data":"${'\r'.repeat(250_000)}"}`,
]
