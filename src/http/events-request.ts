import type { IncomingHttpHeaders } from 'node:http'
import type { Context } from 'koa'
import { pathChannel } from './channel-name.ts'

/** A request for events, by stream or poll, as far as both understand it alike. */
export interface EventsRequest {
  readonly headers: IncomingHttpHeaders
  /** The channel in the path; undefined where the query names the channels. */
  readonly pathChannel: string | undefined
  readonly query: URLSearchParams
  /** Its other end may be a proxy. To ask for the address is a system call. */
  readonly socket: { readonly remoteAddress?: string | undefined }
}

const NO_QUERY = new URLSearchParams()

/** Not from `ctx.URL`, which is empty when the client sends a malformed Host. */
export function eventsRequest(ctx: Context): EventsRequest {
  const { headers, querystring, req } = ctx
  const query = parseQuery(querystring)
  return { headers, pathChannel: pathChannel(ctx), query, socket: req.socket }
}

/** The parameters of a query without its question mark. */
export function parseQuery(text: string): URLSearchParams {
  return text === '' ? NO_QUERY : new URLSearchParams(text)
}
