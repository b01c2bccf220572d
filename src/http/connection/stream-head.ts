import type { OutgoingHttpHeaders } from 'node:http'

/**
 * The charset keeps readers that go by HTTP's old default, such as Python's requests, from decoding as Latin-1.
 * `no-transform` keeps compressing proxies from holding events back to fill their buffers.
 */
export const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
  'X-Content-Type-Options': 'nosniff',
  // The stream owns the socket until it ends.
  Connection: 'close',
} as const

/** Field lines. Names and values must be good ones of ASCII, since they are not checked. */
export function encodeFields(headers: OutgoingHttpHeaders): string {
  let fields = ''
  for (const name in headers) fields += `${name}: ${String(headers[name])}\r\n`
  return fields
}

/**
 * The head of a response 200 whose body is a stream, as `node:http` would write it: with a date, and chunked unless the
 * request was of HTTP/1.0.
 */
export function encodeStreamHead(fields: string, versionMinor: number): string {
  const coding = versionMinor > 0 ? 'Transfer-Encoding: chunked\r\n' : ''
  return `HTTP/1.1 200 OK\r\n${fields}Date: ${currentDate()}\r\n${coding}\r\n`
}

let second = 0
let date = ''

/** In the format of RFC 9110, section 5.6.7; formatted once a second. */
function currentDate(): string {
  const now = Math.floor(Date.now() / 1_000)
  if (now !== second) {
    second = now
    date = new Date(now * 1_000).toUTCString()
  }
  return date
}
