import { z } from 'zod'
import { RULES_KEY, type WrittenRule } from '../rule.ts'

/** The part of OpenAPI 3.0 that the API server takes in a CRD. */
export interface StructuralSchema {
  readonly type?: unknown
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, StructuralSchema>>
  readonly items?: StructuralSchema
  readonly [RULES_KEY]?: readonly WrittenRule[]
  readonly [keyword: string]: unknown
}

/** Keywords that mean the same in JSON Schema and in a CRD. */
const SHARED = new Set([
  'type',
  'format',
  'description',
  'default',
  'enum',
  'required',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'maxItems',
  'pattern',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  RULES_KEY,
])

/** `additionalProperties` says that unknown fields are refused, which a CRD cannot. It drops or refuses them anyway. */
const LEFT_OUT = new Set(['$schema', 'additionalProperties'])

/** A document as a CRD describes it. */
export function structuralSchema(document: z.ZodType): StructuralSchema {
  return convert(z.toJSONSchema(document, { io: 'input' }))
}

function convert(schema: object): StructuralSchema {
  const entries = Object.entries(schema).flatMap(([keyword, value]) =>
    LEFT_OUT.has(keyword) ? [] : [convertKeyword(keyword, value)],
  )
  return withDefault(Object.fromEntries(entries))
}

function convertKeyword(keyword: string, value: unknown): readonly [string, unknown] {
  if (keyword === 'const') return ['enum', [value]]
  if (keyword === 'items' && value instanceof Object) return [keyword, convert(value)]
  if (keyword === 'properties' && value instanceof Object) {
    const fields = Object.entries(value).map(([name, field]) => [name, convert(field)] as const)
    return [keyword, Object.fromEntries(fields)]
  }
  if (SHARED.has(keyword)) return [keyword, value]
  throw new TypeError(`expected keywords that a CRD may have, got ${keyword}`)
}

/**
 * An object's default gets those of its fields, since the API server applies rules to a default as it is
 * written. That of any other value goes into the description too, as `kubectl explain` prints no defaults.
 */
function withDefault(schema: StructuralSchema): StructuralSchema {
  const { default: value, properties, description = '' } = schema
  if (value === undefined) return schema
  if (properties === undefined) {
    const written = typeof value === 'string' ? value : JSON.stringify(value)
    return { ...schema, description: `${description} Default: ${written}.` }
  }
  const defaults = Object.entries(properties).map(([name, field]) => [name, field.default])
  return { ...schema, default: Object.fromEntries(defaults) }
}
