import { drainAnswer, shedAnswer, shedBody } from '../drain-and-shed.ts'
import { snapshotDocument } from '../snapshot.ts'
import { json } from './components.ts'
import { notStored } from './headers.ts'
import { refer, responses } from './responses.ts'

const shared = {
  tags: ['admin'],
  servers: [{ url: 'http://127.0.0.1:9090', description: 'The admin listener.' }],
}

/** With a configured token, the bearer token is required; without one, a client on a loopback address. */
const security = [{ adminToken: [] }, {}]

const refusals = { 401: refer('Unauthorized'), 403: refer('Forbidden') }

export const adminPaths = {
  '/metrics': {
    get: {
      operationId: 'metrics',
      summary: 'Shows the metrics of the pod, for Prometheus',
      ...shared,
      responses: responses({
        200: {
          description: 'The metrics, in the text format of Prometheus.',
          headers: notStored,
          content: { 'text/plain': { schema: { type: 'string' } } },
        },
      }),
    },
  },
  '/snapshot': {
    get: {
      operationId: 'snapshot',
      summary: 'Shows the pod as it stands',
      ...shared,
      responses: responses({
        200: { description: 'The pod.', headers: notStored, content: json(snapshotDocument) },
      }),
    },
  },
  '/drain': {
    post: {
      operationId: 'drain',
      summary: 'Starts a drain as a signal would, but the process stays until one comes',
      ...shared,
      security,
      responses: responses({
        202: { description: 'Begun.', content: json(drainAnswer) },
        ...refusals,
      }),
    },
  },
  '/shed': {
    post: {
      operationId: 'shed',
      summary: 'Asks some streams to move',
      ...shared,
      security,
      requestBody: { required: true, content: json(shedBody) },
      responses: responses({
        202: { description: 'Begun.', content: json(shedAnswer) },
        ...refusals,
        415: refer('UnsupportedType'),
      }),
    },
  },
}
