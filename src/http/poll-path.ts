import { MAX_CURSOR_LENGTH } from '../wire/cursor.ts'

const KEPT_PARAMETERS = ['from', 'last'] as const

/** Path and query of a poll for the same events, from a cursor if there is one. */
export function pollPath(
  channels: readonly string[],
  query: URLSearchParams,
): (cursor: string | undefined) => string {
  return (cursor) => {
    const search = new URLSearchParams()
    const [channel] = channels
    const isSingle = channels.length === 1
    if (!isSingle) for (const name of channels) search.append('channel', name)
    // What is longer is no cursor of ours, and stays none: it is cut so that the poll is not refused.
    if (cursor !== undefined) search.set('lastEventId', cursor.slice(0, MAX_CURSOR_LENGTH))
    // A cursor that turns out to be foreign starts as a first connect does.
    for (const name of KEPT_PARAMETERS) {
      const value = query.get(name)
      if (value !== null) search.set(name, value)
    }
    const path = isSingle ? `/poll/${channel}` : '/poll'
    return search.size === 0 ? path : `${path}?${search.toString()}`
  }
}
