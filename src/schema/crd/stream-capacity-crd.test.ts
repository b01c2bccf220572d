import { describe, expect, test } from 'vitest'
import { streamCapacitySpec } from '../stream-capacity.ts'
import { STREAM_CAPACITY_CRD } from './stream-capacity-crd.ts'
import type { StructuralSchema } from './structural-schema.ts'

const [version] = STREAM_CAPACITY_CRD.spec.versions
const { spec, status } = version!.schema.openAPIV3Schema.properties!

/** All schemas below `spec` and `status`, by path. */
const FIELDS = [...fieldsOf(spec!, 'spec'), ...fieldsOf(status!, 'status')]

test('the CRD has fields', () => {
  expect(FIELDS.length).toBeGreaterThan(40)
})

describe.for(FIELDS)('%s', ([, schema]) => {
  test('has a type and says what it is', () => {
    expect(schema.type).toMatch(/^(object|array|string|integer|boolean)$/)
    expect(schema.description).toMatch(/\.$/)
  })

  test('is bounded, since CEL may cost only so much in the worst case', () => {
    const hasBound: Readonly<Record<string, boolean>> = {
      string: ['maxLength', 'enum', 'format'].some((bound) => bound in schema),
      array: 'maxItems' in schema,
      integer: 'minimum' in schema && 'maximum' in schema,
    }
    expect(hasBound[String(schema.type)] ?? true).toBe(true)
  })
})

const SCALARS = FIELDS.filter(
  ([path, { properties }]) => path.startsWith('spec.') && properties === undefined,
)

// `kubectl explain` prints neither.
test.for(SCALARS)('%s is described with its range and default', ([, schema]) => {
  const { minimum, maximum, default: value, description = '' } = schema as Scalar
  const range = minimum === undefined ? '' : `From ${minimum} to ${maximum}.`
  const end = value === undefined ? '' : `Default: ${value}.`
  expect(description).toContain(range)
  expect(description.endsWith(end)).toBe(true)
})

interface Scalar {
  readonly description?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly default?: string | number | boolean
}

test('the defaults of the CRD are those of zod', () => {
  const targetRef = { kind: 'Deployment', name: 'runnel' }
  const defaults = Object.entries(spec!.properties!).map(([name, field]) => [name, field.default])

  expect({ ...Object.fromEntries(defaults), targetRef }).toEqual(
    streamCapacitySpec.parse({ targetRef }),
  )
})

test('several writers may each own some conditions and pods', () => {
  expect(status!.properties!['conditions']).toMatchObject({
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['type'],
  })
  expect(status!.properties!['pods']).toMatchObject({
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
  })
})

test('the status is a subresource, and there is no scale that an autoscaler might take', () => {
  expect(version!.subresources).toEqual({ status: {} })
})

function fieldsOf(schema: StructuralSchema, path: string): [string, StructuralSchema][] {
  const below = Object.entries(schema.properties ?? {}).flatMap(([name, field]) =>
    fieldsOf(field, `${path}.${name}`),
  )
  const items = schema.items === undefined ? [] : fieldsOf(schema.items, `${path}[]`)
  return [[path, schema], ...below, ...items]
}
