/** The error responses of the routes. */
import { problemDocument } from '../problem.ts'
import { schemaOf } from './components.ts'
import { notStored, traceresponse, type Headers } from './headers.ts'

const retryAfter = {
  description: 'Seconds to wait before the next attempt.',
  schema: { type: 'string', pattern: '^[1-9][0-9]*$' },
}

const allow = {
  description: 'The methods that the path has.',
  required: true,
  schema: { type: 'string', minLength: 1 },
}

const PROBLEMS = {
  Malformed: problem('The request, a name, a query or the body is malformed; `detail` names it.'),
  Unauthorized: problem('The bearer token is missing or wrong.', {
    'WWW-Authenticate': { required: true, schema: { const: 'Bearer' } },
  }),
  Forbidden: problem('A page of a foreign origin, or a client from elsewhere, asks for it.'),
  NotFound: problem('There is no such path.'),
  MethodNotAllowed: problem('The path has no such method.', { Allow: allow }),
  Timeout: problem('The request took too long to come in.'),
  TooLarge: problem('The body, or the number of its lines or events, is over the limit.'),
  UnsupportedType: problem('The type or the coding of the body is not supported.'),
  ExpectationFailed: problem('`Expect` is something else than `100-continue`.'),
  Misdirected: problem('`Host` is not local, on a loopback address.'),
  KeyReused: problem('The idempotency key was used for other events.'),
  HeadersTooLarge: problem('The headers are too large.'),
  Failed: problem('Something has failed in the service.'),
  Unavailable: problem('The service or the log cannot take it now. A retry is safe.', {
    'Retry-After': { ...retryAfter, required: true },
  }),
  NotReady: problem('The log was not reached yet, or the pod drains.'),
  LogFull: problem('The log is full. `Retry-After` is there if that ends by itself.', {
    'Retry-After': retryAfter,
  }),
} as const

/** `components.responses`. */
export const componentResponses: Readonly<Record<string, unknown>> = PROBLEMS

/** The errors of every route. */
const SHARED = {
  400: refer('Malformed'),
  408: refer('Timeout'),
  413: refer('TooLarge'),
  417: refer('ExpectationFailed'),
  421: refer('Misdirected'),
  431: refer('HeadersTooLarge'),
  500: refer('Failed'),
}

/** The responses of an operation: its own, and the errors of every route. */
export function responses(
  own: Readonly<Record<number, unknown>>,
): Readonly<Record<string, unknown>> {
  return { ...SHARED, ...own }
}

export function refer(name: keyof typeof PROBLEMS): { readonly $ref: string } {
  return { $ref: `#/components/responses/${name}` }
}

function problem(description: string, headers?: Headers): Readonly<Record<string, unknown>> {
  const content = { 'application/problem+json': { schema: schemaOf(problemDocument) } }
  return { description, headers: { ...notStored, ...traceresponse, ...headers }, content }
}
