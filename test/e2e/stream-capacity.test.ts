import { afterAll, beforeAll, expect, test } from 'vitest'
import * as fc from 'fast-check'
import { STREAM_CAPACITY_CRD } from '../../src/schema/crd/stream-capacity-crd.ts'
import type { StructuralSchema } from '../../src/schema/crd/structural-schema.ts'
import { checkSpec, streamCapacitySpec } from '../../src/schema/stream-capacity.ts'
import { SPEC_CASES } from '../support/stream-capacity-cases.ts'
import { StreamCapacities, streamCapacity } from './stream-capacities.ts'

let cluster: StreamCapacities

beforeAll(async () => {
  cluster = await StreamCapacities.open('runnel-e2e-resource')
})

afterAll(async () => {
  await cluster[Symbol.asyncDispose]()
})

test.for(SPEC_CASES)('the API server judges a spec with $title', async ({ spec, problems }) => {
  const { status, problems: found } = await cluster.tryCreate(streamCapacity('judged', spec))

  const expected = Object.entries(problems)
  expect({ status, problems: Object.fromEntries(found) }).toEqual({
    status: expected.length === 0 ? 201 : 422,
    problems: Object.fromEntries(
      expected.map(([field, message]) => [field, expect.stringMatching(message)]),
    ),
  })
  expect(found).toHaveLength(expected.length)
})

test('the API server and checkSpec find the same problems in any spec', async () => {
  const number = fc.oneof(fc.integer({ min: -1, max: 12 }), fc.constant(1_000_001))
  const duration = fc.constantFrom('0s', '40ms', '1s', '1000ms', '59s', '1m', '2h', '169h', 'soon')
  const specs = fc.record(
    {
      subscribersPerPod: fc.record({ target: number, limit: number }, { requiredKeys: [] }),
      scaling: fc.record({ minReplicas: number, maxReplicas: number }, { requiredKeys: [] }),
      connections: fc.record({ retry: duration, maxAge: duration }, { requiredKeys: [] }),
      history: fc.record({ age: duration, events: number }, { requiredKeys: [] }),
      drain: fc.record({ window: duration }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(specs, async (spec) => {
      const { status, problems } = await cluster.tryCreate(streamCapacity('judged', spec))

      const mine = checkSpec({ targetRef: { name: 'runnel' }, ...spec }).map(({ field }) => field)
      expect(problems.map(([field]) => field).toSorted()).toEqual(mine.toSorted())
      expect(status).toBe(mine.length === 0 ? 201 : 422)
    }),
    { numRuns: 300 },
  )
})

test('an object with only a target is stored complete', async () => {
  await cluster.apply(streamCapacity('complete', {}))

  const stored = await cluster.kubectl('get', 'scap', 'complete', '--output=jsonpath={.spec}')
  expect(JSON.parse(stored)).toEqual(streamCapacitySpec.parse({ targetRef: { name: 'runnel' } }))
})

test('a group that is null gets its defaults', async () => {
  const { status, object } = await cluster.tryCreate(
    streamCapacity('judged', { scaling: null, history: { age: null } }),
  )

  expect(status).toBe(201)
  expect(object).toMatchObject({ spec: { scaling: { minReplicas: 2 }, history: { age: '1h' } } })
})

test('an unknown field is refused, and dropped where nobody asks for validation', async () => {
  const typo = streamCapacity('typo', { scaling: { minReplica: 3 } })

  const { status, object } = await cluster.tryCreate(typo)
  expect(status).toBe(400)
  expect(object).toMatchObject({
    message: expect.stringContaining('unknown field "spec.scaling.minReplica"'),
  })
  await cluster.create(typo, '--validate=ignore')
  const stored = await cluster.kubectl('get', 'scap', 'typo', '--output=jsonpath={.spec.scaling}')
  expect(JSON.parse(stored)).toEqual(
    streamCapacitySpec.parse({ targetRef: { name: 'runnel' } }).scaling,
  )
})

test('a name is as short as the value of a label', async () => {
  expect((await cluster.tryCreate(streamCapacity('n'.repeat(63), {}))).status).toBe(201)
  expect(await cluster.tryCreate(streamCapacity('n'.repeat(64), {}))).toMatchObject({
    status: 422,
    problems: [['metadata.name', 'Too long: may not be more than 63 bytes']],
  })
})

test('objects are found by the name of their target', async () => {
  await cluster.apply(streamCapacity('chat', { targetRef: { name: 'chat-server' } }))
  await cluster.apply(streamCapacity('news', { targetRef: { name: 'news-server' } }))

  const found = await cluster.kubectl(
    'get',
    'streamcapacities',
    '--field-selector=spec.targetRef.name=news-server',
    '--output=name',
  )
  expect(found).toBe('streamcapacity.runnel.dev/news')
})

test('kubectl explain describes every field', async () => {
  const { properties } = STREAM_CAPACITY_CRD.spec.versions[0]!.schema.openAPIV3Schema
  const fields = descriptionsOf(properties!['spec']!, 'scap.spec').concat(
    descriptionsOf(properties!['status']!, 'scap.status'),
  )
  expect(fields.length).toBeGreaterThan(40)

  for (const [path, description] of fields) {
    // kubectl breaks lines.
    const page = (await cluster.kubectl('explain', path)).replaceAll(/\s+/g, ' ')
    expect({ path, page }).toEqual({ path, page: expect.stringContaining(description) })
  }
})

function descriptionsOf(
  { description = '', properties, items }: StructuralSchema,
  path: string,
): (readonly [path: string, description: string])[] {
  const below = Object.entries(properties ?? items?.properties ?? {})
  return [
    [path, description],
    ...below.flatMap(([name, field]) => descriptionsOf(field, `${path}.${name}`)),
  ]
}
