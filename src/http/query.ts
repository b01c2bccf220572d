/** Parses and checks the query of streams and polls. Code behind the routes does not check it again. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Start } from '../hub/reader.ts'
import { readCursor } from '../wire/cursor.ts'
import { IGNORED_NAMES } from '../schema/limits.ts'
import { channelOrder } from '../wire/channel.ts'
import { MAX_CHANNELS } from '../wire/limits.ts'
import { checkChannel } from './channel-name.ts'
import type { EventsRequest } from './events-request.ts'
import { Problem } from './problem.ts'

/** Most events `last=N` may ask for; no history holds more. */
const MAX_LAST = 100_000

/** `lastEventId` and its spellings of other hubs and polyfills, in lower case. */
const CURSOR_NAMES: ReadonlySet<string> = new Set(['lasteventid', 'last_event_id', 'last-event-id'])

/** Streams and polls share them, so that a client may switch from one to the other with the same query. */
const OTHER_NAMES: ReadonlySet<string> = new Set([
  'channel',
  'from',
  'last',
  'envelope',
  'ping',
  'wait',
  'limit',
])

const encoder = new TextEncoder()

/** The channel in the path, or those of `channel=`, in the order of `channelOrder`. */
export function parseChannels({ pathChannel: inPath, query }: EventsRequest): readonly string[] {
  const named = query.getAll('channel')
  if (inPath !== undefined) {
    if (named.length > 0)
      throw new Problem(400, 'expected a channel in the path or channel=, got both')
    return [checkChannel(inPath)]
  }
  if (named.length === 0) throw new Problem(400, 'expected at least one channel=, got none')
  const channels = channelOrder(named.map(checkChannel))
  if (channels.length > MAX_CHANNELS) {
    throw new Problem(400, `expected at most ${MAX_CHANNELS} channels, got ${channels.length}`)
  }
  return channels
}

/**
 * The start in so many channels. `Last-Event-ID` wins over the query: a native EventSource reconnects to its first URL.
 */
export function parseStart({ headers, query }: EventsRequest, channels: number): Start {
  const from = parseFrom(query)
  const cursor = lastOf(cursorsInHeader(headers)) || lastOf(cursorsInQuery(query))
  return cursor === '' ? { from } : { cursor: readCursor(cursor, channels), from }
}

/** The last cursor that is not empty, since polyfills append one at each reconnect; empty if there is none. */
function lastOf(cursors: readonly string[]): string {
  return cursors.findLast((cursor) => cursor !== '') ?? ''
}

/** Browsers, proxies and Node join repeated headers by commas, which no cursor holds. */
function cursorsInHeader(headers: IncomingHttpHeaders): readonly string[] {
  const text = headers['last-event-id']
  if (typeof text !== 'string') return []
  return text.split(',').map((cursor) => cursor.trim())
}

function cursorsInQuery(query: URLSearchParams): readonly string[] {
  if (query.size === 0) return []
  return [...query].filter(([name]) => isCursorName(name)).map(([, cursor]) => cursor)
}

function isCursorName(name: string): boolean {
  return CURSOR_NAMES.has(name.toLowerCase())
}

/** The names in the query that mean nothing here, for the client to see its typos; undefined if there are none. */
export function ignoredNames(query: URLSearchParams): readonly string[] | undefined {
  if (query.size === 0) return undefined
  const unknown = [...query.keys()].filter(
    (name) => name !== '' && !OTHER_NAMES.has(name) && !isCursorName(name),
  )
  if (unknown.length === 0) return undefined
  return [...new Set(unknown.map(shorten))].slice(0, IGNORED_NAMES.max)
}

/** Cuts a name between two of its characters. */
function shorten(name: string): string {
  const { read } = encoder.encodeInto(name, new Uint8Array(IGNORED_NAMES.bytes))
  return name.slice(0, read)
}

function parseFrom(query: URLSearchParams): Start['from'] {
  const from = parseSingle(query, 'from')
  const last = parseInteger(query, 'last', 1, MAX_LAST)
  if (from !== undefined && last !== undefined) {
    throw new Problem(400, 'expected from= or last=, got both')
  }
  if (last !== undefined) return { last }
  if (from === undefined || from === 'latest') return 'latest'
  if (from === 'earliest') return 'earliest'
  throw new Problem(400, 'expected from=latest or from=earliest')
}

/** True for `1`, false for `0` or absent. */
export function parseSwitch(query: URLSearchParams, name: string): boolean {
  const text = parseSingle(query, name) ?? '0'
  if (text !== '0' && text !== '1') throw new Problem(400, `expected ${name}=0 or ${name}=1`)
  return text === '1'
}

export function parseInteger(
  query: URLSearchParams,
  name: string,
  min: number,
  max: number,
): number | undefined {
  const text = parseSingle(query, name)
  if (text === undefined) return undefined
  const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new Problem(400, `expected ${name}= of ${min} to ${max}`)
}

export function parseSingle(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name)
  if (values.length > 1)
    throw new Problem(400, `expected ${name}= once, got it ${values.length} times`)
  return values[0]
}
