import { capacityDocument } from '../capacity-status.ts'
import { healthDocument } from '../health.ts'
import { json } from './components.ts'
import { notStored } from './headers.ts'
import { refer, responses } from './responses.ts'

export const healthPaths = {
  '/health/live': {
    get: {
      operationId: 'live',
      summary: 'Says that the process runs',
      tags: ['health'],
      responses: responses({
        200: {
          description: 'The process runs.',
          headers: notStored,
          content: json(healthDocument),
        },
      }),
    },
  },
  '/health/ready': {
    get: {
      operationId: 'ready',
      summary: 'Says whether the pod takes requests',
      description: 'A full pod is ready.',
      tags: ['health'],
      responses: responses({
        200: {
          description: 'The pod takes requests.',
          headers: notStored,
          content: json(healthDocument),
        },
        503: refer('NotReady'),
      }),
    },
  },
  '/health/stream-capacity': {
    get: {
      operationId: 'streamCapacity',
      summary: 'Says how full the service is, and what a client should do',
      description: 'Readable from pages of any origin.',
      tags: ['health'],
      responses: responses({
        200: { description: 'The status.', headers: notStored, content: json(capacityDocument) },
      }),
    },
  },
}
