import {
  drainDocument,
  expireDocument,
  faultDocument,
  fullDocument,
  gapDocument,
  openDocument,
  pingDocument,
} from '../system-events.ts'
import { schemaOf } from './components.ts'
import { streamHeaders, traceresponse } from './headers.ts'
import { channelInPath, channelsInQuery, startParameters, switchQuery } from './parameters.ts'
import { refer, responses } from './responses.ts'

const EVENT_STREAM = {
  schema: { type: 'string' },
  /** Schemas of the JSON data of system events, by event name. */
  'x-events': {
    'runnel.open': schemaOf(openDocument),
    'runnel.gap': schemaOf(gapDocument),
    'runnel.ping': schemaOf(pingDocument),
    'runnel.full': schemaOf(fullDocument),
    'runnel.drain': schemaOf(drainDocument),
    'runnel.expire': schemaOf(expireDocument),
    'runnel.fault': schemaOf(faultDocument),
  },
}

const DESCRIPTION = `The body is an event stream. Every id is a cursor that resumes after its event. \
No block is without data.

The stream sends its gaps, then \`runnel.open\`, then the missed events, then live ones. After silence it \
sends a comment line, or \`runnel.ping\` with \`ping=1\`. \`runnel.full\`, \`runnel.drain\`, \`runnel.expire\` and \
\`runnel.fault\` close it, each with a \`retry\` in its block. \`x-events\` names the schema of the data of each.

With several channels, and with \`envelope=1\`, the data of a published event is an \`Envelope\` as JSON.

A service that has no room answers 200 with \`runnel.full\`, since any other status ends an EventSource for \
good. With \`Prefer: status\` it answers 503.`

const parameters = [
  ...startParameters,
  switchQuery('envelope', 'Data as JSON with channel, position, event, data and time.'),
  switchQuery('ping', 'Heartbeats as events.'),
  {
    name: 'Prefer',
    in: 'header',
    description: '`status` asks for a refusal by status.',
    schema: { type: 'string' },
  },
]

const shared = {
  tags: ['events'],
  description: DESCRIPTION,
  responses: responses({
    200: {
      description: 'An event stream.',
      headers: { ...streamHeaders, ...traceresponse },
      content: { 'text/event-stream': EVENT_STREAM },
    },
    503: refer('Unavailable'),
  }),
}

export const streamPaths = {
  '/stream': {
    get: {
      operationId: 'streamChannels',
      summary: 'Streams the events of several channels',
      ...shared,
      parameters: [channelsInQuery, ...parameters],
    },
  },
  '/stream/{channel}': {
    get: {
      operationId: 'streamChannel',
      summary: 'Streams the events of a channel',
      ...shared,
      parameters: [channelInPath, ...parameters],
    },
  },
}
