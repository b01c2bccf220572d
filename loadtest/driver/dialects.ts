import { parseFields } from '../../src/client/parse-json.ts'
import { parsePosition } from '../../src/wire/position.ts'
import type { DialectName, SubscribeOptions } from './commands.ts'

export interface PublishRequest {
  readonly method: 'POST'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** How a server names its streams and takes publishes. Paths come after the base of the address. */
export interface Dialect {
  /** A stream begins with `runnel.open`, and ids are positions. Elsewhere the head of the answer opens it. */
  readonly isRunnel: boolean
  /** Throws for a start that the server does not offer. */
  streamPath(channel: string, from: SubscribeOptions['from']): string
  /** Throws where the server has no polls of ours. */
  pollPath(channel: string, from: SubscribeOptions['from']): string
  /** Without the headers of the address. */
  publish(channel: string, data: string): PublishRequest
  /** The position of an accepted event, from the body of the answer; empty if the server names not exactly one. */
  positionOf(answer: string): string
}

const MERCURE_PATH = '/.well-known/mercure'

const plain: Dialect = {
  isRunnel: false,
  streamPath(channel, from) {
    if (from === 'latest') return `/stream/${encodeURIComponent(channel)}`
    throw new Error(`expected subscribers from latest, got ${from}: only Runnel's streams have it`)
  },
  pollPath() {
    throw new Error('expected a Runnel service for polls, got another server')
  },
  publish: publishText,
  positionOf: () => '',
}

export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  runnel: {
    isRunnel: true,
    streamPath: (channel, from) => `/stream/${encodeURIComponent(channel)}${queryOf(from)}`,
    pollPath: (channel, from) => `/poll/${encodeURIComponent(channel)}${queryOf(from)}`,
    publish: publishText,
    positionOf: (answer) => {
      const { ids } = parseFields(answer)
      const [id] = Array.isArray(ids) && ids.length === 1 ? (ids as readonly unknown[]) : []
      return typeof id === 'string' && parsePosition(id) !== undefined ? id : ''
    },
  },
  nchan: plain,
  plain,
  mercure: {
    ...plain,
    streamPath(channel, from) {
      const path = `${MERCURE_PATH}?${new URLSearchParams({ topic: channel }).toString()}`
      if (from === 'latest') return path
      if (from === 'earliest') return `${path}&lastEventID=earliest`
      throw new Error('expected subscribers from latest or earliest: Mercure counts no events')
    },
    publish: (channel, data) => ({
      method: 'POST',
      path: MERCURE_PATH,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ topic: channel, data }).toString(),
    }),
  },
}

function queryOf(from: SubscribeOptions['from']): string {
  if (from === 'latest') return ''
  return from === 'earliest' ? '?from=earliest' : `?last=${from}`
}

function publishText(channel: string, data: string): PublishRequest {
  return {
    method: 'POST',
    path: `/publish/${encodeURIComponent(channel)}`,
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    body: data,
  }
}
