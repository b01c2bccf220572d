import { z } from 'zod'
import { adminPaths } from './admin-paths.ts'
import { componentSchemas, json } from './components.ts'
import { notStored, storedBriefly } from './headers.ts'
import { healthPaths } from './health-paths.ts'
import { componentParameters } from './parameters.ts'
import { pollPaths } from './poll-paths.ts'
import { publishPaths } from './publish-paths.ts'
import { componentResponses, responses } from './responses.ts'
import { streamPaths } from './stream-paths.ts'

const DESCRIPTION = `Server-sent events that lose nothing silently. docs/protocol.md says what clients and \
publishers may rely on.

HEAD is answered as GET is, without a body. OPTIONS is answered with 204. Paths that are not listed here are \
answered with 404, methods that are not with 405 and \`Allow\`. All errors are problem documents (RFC 9457).`

const TAGS = [
  { name: 'events', description: 'Publish and subscribe, on the public listener.' },
  { name: 'health', description: 'On both listeners.' },
  { name: 'admin', description: 'On the admin listener alone, which is not for the outside.' },
  { name: 'description', description: 'This document and the index page, on the public listener.' },
]

const descriptionPaths = {
  '/': {
    get: {
      operationId: 'index',
      summary: 'Answers load balancers, and shows people where to look',
      tags: ['description'],
      responses: responses({
        200: {
          description: 'A page with links.',
          headers: notStored,
          content: { 'text/html': { schema: { type: 'string' } } },
        },
      }),
    },
  },
  '/openapi.json': {
    get: {
      operationId: 'describe',
      summary: 'Describes this API',
      description: 'Readable from pages of any origin.',
      tags: ['description'],
      responses: responses({
        200: {
          description: 'An OpenAPI document.',
          headers: storedBriefly,
          content: json(z.looseObject({ openapi: z.literal('3.1.1') })),
        },
      }),
    },
  },
}

/** The OpenAPI 3.1 document, with all routes of both listeners. */
export function openApiDocument(version: string): Readonly<Record<string, unknown>> {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Runnel',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: TAGS,
    paths: {
      ...streamPaths,
      ...pollPaths,
      ...publishPaths,
      ...healthPaths,
      ...descriptionPaths,
      ...adminPaths,
    },
    components: {
      schemas: componentSchemas(),
      parameters: componentParameters,
      responses: componentResponses,
      securitySchemes: {
        adminToken: {
          type: 'http',
          scheme: 'bearer',
          description:
            'The token of RUNNEL_ADMIN_TOKEN_FILE. Without one, clients on loopback may.',
        },
      },
    },
  }
}
