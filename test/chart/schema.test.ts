import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ACCESS } from '../../src/config/serve/access.ts'
import { REDIS_LOG } from '../../src/config/serve/redis-log.ts'
import { LOGGING } from '../../src/config/shared/logging.ts'
import { streamCapacitySpec } from '../../src/schema/stream-capacity.ts'
import { CAPACITY_NUMBERS, CAPACITY_VALUES } from './capacity-values.ts'
import { CHART_VALUES, SCHEMA, schemasOf, type Schema } from './chart-files.ts'
import { HELMS } from '../../rig/release/helm.ts'
import { render } from './render.ts'

const SPEC = z.toJSONSchema(streamCapacitySpec, { io: 'input' }) as Schema
/** Of the groups that no setting of the service is made from, the numbers and choices. */
const FLEET_VALUES = [...schemasOf(SPEC, 'streamCapacity.')].filter(
  ([name, { type }]) =>
    /[.](scaling|rebalance|subscribersPerPod)[.]/.test(name) && type !== 'boolean',
)

/** Values that a chart gives those it depends on. */
const OF_PARENTS = ['enabled', 'global']

const schemas = schemasOf(SCHEMA)
const defaults = new Map(CHART_VALUES.map((value) => [value.name, value.default]))

test('the schema knows each value, and no other', () => {
  expect([...schemas.keys()].toSorted()).toEqual([...OF_PARENTS, ...defaults.keys()].toSorted())
})

test('no object with known keys accepts others', () => {
  const objects = objectsIn(SCHEMA)

  expect(objects.length).toBeGreaterThan(10)
  for (const object of objects) expect(object).toMatchObject({ additionalProperties: false })
})

test.each(CAPACITY_NUMBERS)('$name has the bounds of the setting', ({ name, min, max }) => {
  expect(schemas.get(name)).toEqual({ type: 'integer', minimum: min, maximum: max })
})

test.each(FLEET_VALUES)(
  '%s has the bounds of its field in the CRD',
  (name, { type, ...bounds }) => {
    const { minimum, maximum, enum: choices } = bounds
    expect(schemas.get(name)).toEqual(
      choices === undefined ? { type, minimum, maximum } : { enum: choices },
    )
  },
)

test('the number of proxies and the log level have the bounds of the setting', () => {
  const { min, max } = ACCESS.TRUSTED_HOPS.kind.bounds!
  expect(schemas.get('exposure.trustedHops')).toMatchObject({ minimum: min, maximum: max })
  expect(schemas.get('logLevel')).toEqual({ enum: LOGGING.LOG_LEVEL.kind.range.split(', ') })
})

test('publishAck has the choices of the setting', () => {
  const { kind, default: text } = REDIS_LOG.PUBLISH_ACK
  expect(schemas.get('redis.publishAck')).toEqual({ enum: kind.range.split(', ') })
  expect(defaults.get('redis.publishAck')).toBe(text)
})

test('the defaults are those of the service, but for the limit of a pod', () => {
  const texts = CAPACITY_VALUES.map(({ name }) => [name, String(defaults.get(name))])

  expect(texts).toEqual(
    CAPACITY_VALUES.map(({ name, default: text }) => [
      name,
      name.endsWith('limit') ? '1500' : text,
    ]),
  )
})

describe.each(HELMS)('$name', (helm) => {
  test.each([
    'replicas',
    'image.pullpolicy',
    'exposure.hots',
    'exposure.tls.secret',
    'redis.password',
    'redis.certificateSecret.key',
    'service.ipFamilies',
    'tests.labels',
    'redis.existingSecret.secretName',
    'streamCapacity.connections.perAddress',
    'streamCapacity.targetRef',
    'controller.replicaCount',
    'resources.request',
  ])('an unknown key is refused: %s', async (name) => {
    const key = name.split('.').at(-1)

    await expect(render(helm, { [name]: 1 })).rejects.toThrow(`'${key}' not allowed`)
  })

  test.each([
    ['replicaCount', '1'],
    ['replicaCount', -1],
    ['image.tag', 1.1],
    ['image.digest', 'sha256:0'],
    ['image.pullPolicy', 'Sometimes'],
    ['fullnameOverride', 'Events'],
    ['auth.mode', 'jwt'],
    ['service.ipFamilyPolicy', 'DualStack'],
    ['exposure.preset', 'nginx'],
    ['exposure.host', 'https://events.example'],
    ['exposure.host', '*.example'],
    ['exposure.host', 'Events.example'],
    ['exposure.trustedHops', 17],
    ['exposure.annotations', { 'example.com/count': 1 }],
    ['redis.url', 6379],
    ['redis.existingSecret.key', 'a key'],
    ['redis.existingSecret.passwordKey', 'a key'],
    ['redis.prefix', 'a b'],
    ['redis.prefix', 'a'.repeat(65)],
    ['redis.username', 'a b'],
    ['redis.caSecret.key', ''],
    ['redis.certificateSecret.certificateKey', ''],
    ['redis.certificateSecret.privateKeyKey', 'tls/key'],
    ['redis.publishAck', 'all'],
    ['streamCapacity.subscribersPerPod.limit', 0],
    ['streamCapacity.drain.window', 20],
    ['streamCapacity.drain.window', '20'],
    ['streamCapacity.drain.window', '1m30s'],
    ['streamCapacity.drain.window', '1.5m'],
    ['streamCapacity.drain.window', '9999999999h'],
    ['streamCapacity.scaling.provider', 'HPA'],
    ['streamCapacity.rebalance.enabled', 'yes'],
    ['telemetry.traces.endpoint', 'jaeger:4318'],
    ['telemetry.traces.endpoint', 'http://jaeger:4318?key=1'],
    ['telemetry.traces.protocol', 'http'],
    ['telemetry.traces.sampler', 'ratio'],
    ['telemetry.metrics.push', 'otlp'],
    ['telemetry.metrics.interval', 60],
    ['telemetry.channels', 'orders'],
    ['telemetry.channels', ['or*ders']],
    ['telemetry.channels', ['*']],
    ['telemetry.channels', ['other']],
    ['telemetry.channels', Array.from({ length: 101 }, (_, index) => `channel-${index}`)],
    ['telemetry.resourceAttributes', { 'team=a,role': 'events' }],
    ['telemetry.podMonitor.interval', '30'],
    ['telemetry.rules.runbookUrl', ''],
    ['controller.replicas', 11],
    ['metricsApi.register', 'auto'],
    ['networkPolicy.adminFrom', [{ podSelektor: {} }]],
    ['extraEnv', [{ name: 'COLOR', valu: 'blue' }]],
    ['tests.ingressAddress', 'http://ingress'],
    ['tests.ingressAddress', '::1'],
    ['tests.podLabels', { team: 1 }],
    ['enabled', 'true'],
  ])('an invalid value is refused: %s=%j', async (name, value) => {
    await expect(render(helm, { [name]: value })).rejects.toThrow(
      `at '/${name.replaceAll('.', '/')}`,
    )
  })
})

/** Every schema in it of an object with known keys. */
function objectsIn(schema: Schema): Schema[] {
  const { properties, definitions, items } = schema
  const children = [...Object.values({ ...properties, ...definitions }), ...(items ? [items] : [])]
  return [...(properties ? [schema] : []), ...children.flatMap(objectsIn)]
}
