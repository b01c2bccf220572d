/** Polls and streams with malformed cursors, queries and headers. */
import * as fc from 'fast-check'
import { CURSOR_TEXT, LINE_TEXT, NUMBER_TEXT, TARGET_TEXT } from './text-arbitraries.ts'

const channel = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('a', 'b') },
  { weight: 1, arbitrary: fc.constantFrom('a%20b', '.', '%2e%2e', 'x'.repeat(129), '') },
  { weight: 1, arbitrary: TARGET_TEXT },
)

const parameter = fc.oneof(
  fc.constantFrom('ping=1', 'envelope=1', 'last=3', 'limit=5', 'wait=0'),
  fc
    .tuple(
      fc.constantFrom('last', 'limit', 'wait', 'ping', 'envelope'),
      fc.oneof(NUMBER_TEXT, TARGET_TEXT),
    )
    .map(([name, value]) => `${name}=${value}`),
  CURSOR_TEXT.map((text) => `lastEventId=${encodeURIComponent(text)}`),
  channel.map((name) => `channel=${name}`),
  fc.constantFrom('from=latest', 'from=earliest', 'from=', 'from=now', 'from=latest&from=earliest'),
  TARGET_TEXT,
)

const header = fc.oneof(
  CURSOR_TEXT.map((text) => `Last-Event-ID: ${text}`),
  LINE_TEXT.map((text) => `Prefer: ${text}`),
  LINE_TEXT.map((text) => `Accept: ${text}`),
  LINE_TEXT.map((text) => `Cookie: ${text}`),
  LINE_TEXT.map((text) => `X-Forwarded-Host: ${text}`),
  fc.constantFrom('Host: localhost:99999999', 'Host: localhost:', 'Host: [::1', 'Host:'),
)

function read(path: string): fc.Arbitrary<Buffer> {
  return fc
    .tuple(
      fc.oneof(
        { weight: 4, arbitrary: channel.map((name) => `/${name}`) },
        { weight: 1, arbitrary: fc.constantFrom('', '/') },
      ),
      fc.array(parameter, { maxLength: 4 }),
      fc.array(header, { maxLength: 3 }),
    )
    .map(([name, parameters, headers]) => {
      const lines = [
        `GET ${path}${name}?${parameters.join('&')} HTTP/1.1`,
        ...headers,
        ...(headers.some((line) => line.startsWith('Host:')) ? [] : ['Host: localhost']),
      ]
      return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
    })
}

export const POLL = read('/poll')
export const STREAM = read('/stream')
