/** The parameters shared by streams and polls. */
import { z } from 'zod'
import { MAX_CHANNELS } from '../../wire/limits.ts'
import { LIVE_SETTINGS } from '../limits.ts'
import { channelName } from '../values.ts'
import { schemaOf } from './components.ts'

type Parameter = Readonly<Record<string, unknown>>

const PARAMETERS = {
  ChannelInPath: { name: 'channel', in: 'path', required: true, schema: schemaOf(channelName) },
  ChannelsInQuery: {
    name: 'channel',
    in: 'query',
    required: true,
    description: `At most ${MAX_CHANNELS} channels; repeated names count once.`,
    schema: { type: 'array', items: schemaOf(channelName), minItems: 1 },
  },
  LastEventIdHeader: {
    name: 'Last-Event-ID',
    in: 'header',
    description:
      'A cursor, which beats the query. A text that is no cursor is answered with a gap. Of several the last counts.',
    schema: schemaOf(z.string()),
  },
  LastEventIdQuery: query(
    'lastEventId',
    z.string(),
    'A cursor, for clients that cannot set the header. Also taken as `lastEventID`, `last_event_id` and ' +
      '`last-event-id`, in any case of letters. Of several the last counts.',
  ),
  From: query(
    'from',
    z.enum(['latest', 'earliest']).default('latest'),
    'Where a first connect starts.',
  ),
  Last: query(
    'last',
    z.int().min(1).max(LIVE_SETTINGS.historyEvents.max),
    'A first connect starts with so many of the newest events of each channel. Not with `from`.',
  ),
} as const

/** `components.parameters`. */
export const componentParameters: Readonly<Record<string, Parameter>> = PARAMETERS

export const channelInPath = refer('ChannelInPath')
export const channelsInQuery = refer('ChannelsInQuery')

/** Where a stream or a poll starts. */
export const startParameters = [
  refer('LastEventIdHeader'),
  refer('LastEventIdQuery'),
  refer('From'),
  refer('Last'),
]

export function query(name: string, schema: z.ZodType, description: string): Parameter {
  return { name, in: 'query', description, schema: schemaOf(schema) }
}

/** A query parameter that 1 turns on. */
export function switchQuery(name: string, description: string): Parameter {
  return query(name, z.enum(['0', '1']).default('0'), description)
}

function refer(name: keyof typeof PARAMETERS): Parameter {
  return { $ref: `#/components/parameters/${name}` }
}
