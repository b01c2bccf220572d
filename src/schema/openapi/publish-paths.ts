import { MAX_KEY_LENGTH, MAX_PUBLISHED_EVENTS } from '../limits.ts'
import { newEventDocument, publishDocument, unconfirmedPublishDocument } from '../publish.ts'
import { eventName } from '../values.ts'
import { json } from './components.ts'
import { notStored, traceresponse } from './headers.ts'
import { channelInPath, query } from './parameters.ts'
import { refer, responses } from './responses.ts'

const parameters = [
  channelInPath,
  query(
    'event',
    eventName,
    'Name of an event that is plain text; other types name it in the body. Other parameters are refused.',
  ),
  {
    name: 'Idempotency-Key',
    in: 'header',
    description: `The same events with the same key within ten minutes give the first ids again. At most ${MAX_KEY_LENGTH} bytes.`,
    schema: { type: 'string', minLength: 1, maxLength: MAX_KEY_LENGTH },
  },
  {
    name: 'Runnel-Trace',
    in: 'header',
    description:
      'Asks for a trace of this publish. Ignored unless the service listens on a loopback address.',
    schema: { const: '1' },
  },
]

const headers = { ...notStored, ...traceresponse }

const requestBody = {
  required: true,
  content: {
    ...json(newEventDocument),
    'text/plain': { schema: { type: 'string', description: 'The data of one event.' } },
    'application/x-ndjson': {
      schema: {
        type: 'string',
        description: `A \`NewEvent\` as JSON on each line, at most ${MAX_PUBLISHED_EVENTS}, accepted or refused as a whole.`,
      },
    },
  },
}

export const publishPaths = {
  '/publish/{channel}': {
    post: {
      operationId: 'publish',
      summary: 'Publishes events to a channel',
      description:
        'An id means that each later read of the log returns the event until it is trimmed.',
      tags: ['events'],
      parameters,
      requestBody,
      responses: responses({
        200: { description: 'Accepted.', headers, content: json(publishDocument) },
        202: {
          description: 'Accepted; no replica has confirmed it in time.',
          headers,
          content: json(unconfirmedPublishDocument),
        },
        403: refer('Forbidden'),
        415: refer('UnsupportedType'),
        422: refer('KeyReused'),
        503: refer('Unavailable'),
        507: refer('LogFull'),
      }),
    },
  },
}
