import type { EventsRequest } from './events-request.ts'

const KEPT_PARAMETERS = ['from', 'last'] as const

/**
 * Makes the reference to a poll for the events that follow a cursor. It is relative to the URL of the stream,
 * since only the client knows the path prefix that a proxy may have.
 */
export function pollReference(
  { pathChannel: inPath, query }: Pick<EventsRequest, 'pathChannel' | 'query'>,
  channels: readonly string[],
): (cursor: string) => string {
  return (cursor) => {
    const search = new URLSearchParams()
    if (inPath === undefined) for (const name of channels) search.append('channel', name)
    search.set('lastEventId', cursor)
    // A poll whose cursor is unknown starts like a first connect.
    for (const name of KEPT_PARAMETERS) {
      const value = query.get(name)
      if (value !== null) search.set(name, value)
    }
    const path = inPath === undefined ? 'poll' : `../poll/${inPath}`
    return `${path}?${search.toString()}`
  }
}
