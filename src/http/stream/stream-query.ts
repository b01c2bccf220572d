import type { Selection } from '../../hub/fan-out-group.ts'
import type { Start } from '../../hub/reader.ts'
import type { EventsRequest } from '../events-request.ts'
import { ignoredNames, parseChannels, parseStart, parseSwitch } from '../query.ts'

/** The checked wishes of a request for a stream. */
export interface StreamQuery {
  readonly selection: Selection
  readonly start: Start
  readonly ping: boolean
  readonly ignored: readonly string[] | undefined
}

/** Throws 400 for what is malformed. HTTP/1.0 knows no chunks. */
export function parseStreamQuery(asked: EventsRequest, versionMinor: number): StreamQuery {
  const { query } = asked
  const channels = parseChannels(asked)
  return {
    selection: {
      channels,
      envelope: parseSwitch(query, 'envelope') || channels.length > 1,
      framing: versionMinor === 0 ? 'raw' : 'chunked',
    },
    start: parseStart(asked, channels.length),
    ping: parseSwitch(query, 'ping'),
    ignored: ignoredNames(query),
  }
}
