import type { Context } from 'koa'
import { pathChannel, queryOf } from './query.ts'

const KEPT_PARAMETERS = ['from', 'last'] as const

/**
 * A reference to a poll for the same events from a cursor. Relative to the URL of the stream, of whose path
 * only the client knows what a proxy has put before it.
 */
export function pollReference(
  ctx: Context,
  channels: readonly string[],
): (cursor: string) => string {
  const query = queryOf(ctx)
  const inPath = pathChannel(ctx)
  return (cursor) => {
    const search = new URLSearchParams()
    if (inPath === undefined) for (const name of channels) search.append('channel', name)
    search.set('lastEventId', cursor)
    // A cursor that turns out to be foreign starts as a first connect does.
    for (const name of KEPT_PARAMETERS) {
      const value = query.get(name)
      if (value !== null) search.set(name, value)
    }
    const path = inPath === undefined ? 'poll' : `../poll/${inPath}`
    return `${path}?${search.toString()}`
  }
}
