/** Finds what docs/openapi.json does not describe in an answer or an event of a stream. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import description from '../../../docs/openapi.json' with { type: 'json' }
import { listenerAt, noteFault, type Listener } from './observed-services.ts'

export interface Answer {
  readonly method: string
  /** As it was sent, without the query. */
  readonly path: string
  readonly status: number
  readonly header: (name: string) => string | null | undefined
  /** Undefined if the body is not read to its end, such as a stream. */
  readonly body: string | undefined
}

type Schema = Readonly<Record<string, unknown>>

interface Described {
  readonly headers?: Readonly<Record<string, { readonly required?: boolean; schema: Schema }>>
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>
}

type Responses = Readonly<Record<string, Described | { readonly $ref: string }>>

interface Operation {
  readonly tags: readonly string[]
  readonly responses: Responses
}

const paths = description.paths as unknown as Readonly<
  Record<string, Readonly<Record<string, Operation>>>
>
const problems = description.components.responses as unknown as Readonly<Record<string, Described>>
const events = description.paths['/stream'].get.responses[200].content['text/event-stream'][
  'x-events'
] as Readonly<Record<string, Schema>>

/** The tags of each listener. */
const SERVED: Readonly<Record<Listener, readonly string[]>> = {
  public: ['events', 'health', 'description'],
  admin: ['health', 'admin'],
}

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true })
// The schemas are inside a document that is no schema, whose members must not count as misspelled keywords.
ajv.addVocabulary(Object.keys(description))
ajv.addSchema(description, 'openapi.json')

/** Notes the fault of an answer from this address, if an observed service listens there. */
export function checkAnswer(url: string, answer: Answer): void {
  const listener = listenerAt(url)
  if (listener !== undefined) noteFault(findFault(listener, answer))
}

/** Notes the fault of an event of a stream. */
export function checkEvent(event: string, data: string): void {
  noteFault(findEventFault(event, data))
}

export function findFault(listener: Listener, answer: Answer): string | undefined {
  const { method, path, status } = answer
  const fault = faultOf(listener, answer)
  return fault && `docs/openapi.json does not describe ${method} ${path} ${status}: ${fault}`
}

/** The events of Runnel itself; others have any name and any data. */
export function findEventFault(event: string, data: string): string | undefined {
  if (!event.startsWith('runnel.')) return undefined
  const schema = events[event]
  const fault = schema === undefined ? 'no such event' : faultOfJson(schema, data)
  return fault && `docs/openapi.json does not describe ${event} ${data}: ${fault}`
}

function faultOf(listener: Listener, answer: Answer): string | undefined {
  const { method, path, status, header, body } = answer
  const found = responsesOf(listener, method, path)[status]
  if (found === undefined) return 'no such status'
  const { headers = {}, content } =
    '$ref' in found ? problems[found.$ref.split('/').at(-1)!]! : found
  for (const [name, { required = false, schema }] of Object.entries(headers)) {
    const value = header(name) ?? undefined
    if (value === undefined && required) return `expected a header ${name}`
    const fault = value === undefined ? undefined : faultOfValue(schema, value)
    if (fault !== undefined) return `header ${name}: ${fault}`
  }
  if (content === undefined) return body === '' ? undefined : 'expected no body'
  const type = header('Content-Type')?.split(';')[0] ?? 'nothing'
  const media = content[type]
  if (media === undefined) return `expected ${Object.keys(content).join(' or ')}, got ${type}`
  if (method === 'HEAD') return body === '' ? undefined : 'expected no body'
  if (body === undefined || !type.endsWith('json')) return undefined
  const fault = faultOfJson(media.schema, body)
  if (fault !== undefined || type !== 'application/problem+json') return fault
  return statusIn(body) === status ? undefined : `expected the document to say ${status}`
}

/** By status. */
function responsesOf(listener: Listener, method: string, path: string): Responses {
  const [, operations] =
    Object.entries(paths).find(
      ([template, item]) =>
        patternOf(template).test(path) &&
        Object.values(item).some(({ tags }) => tags.some((tag) => SERVED[listener].includes(tag))),
    ) ?? []
  // This path has only the refusals that all paths have.
  const { 200: _ok, ...shared } = paths['/health/live']!['get']!.responses
  // The preflight of a page is answered whatever the path.
  if (method === 'OPTIONS') return { ...shared, 204: {}, 404: problems['NotFound']! }
  if (operations === undefined) return { ...shared, 404: problems['NotFound']! }
  const operation = operations[method === 'HEAD' ? 'get' : method.toLowerCase()]
  return operation?.responses ?? { ...shared, 405: problems['MethodNotAllowed']! }
}

function patternOf(template: string): RegExp {
  return new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`)
}

function faultOfJson(schema: Schema, text: string): string | undefined {
  try {
    return faultOfValue(schema, JSON.parse(text))
  } catch (error) {
    return String(error)
  }
}

function faultOfValue(schema: Schema, value: unknown): string | undefined {
  const validate = validatorOf(schema)
  if (validate(value)) return undefined
  return ajv.errorsText(validate.errors, { dataVar: 'it' })
}

function validatorOf(schema: Schema): ValidateFunction {
  return '$ref' in schema
    ? ajv.getSchema(`openapi.json${String(schema['$ref'])}`)!
    : ajv.compile(schema)
}

function statusIn(problem: string): unknown {
  return (JSON.parse(problem) as { status: unknown }).status
}
