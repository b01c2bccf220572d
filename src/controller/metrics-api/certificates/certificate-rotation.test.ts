import { describe, expect, test } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import {
  API_SERVICES,
  SECRET_KEY,
  SERVICE,
  fingerprintsOf,
  type MetricsRegistration,
} from '../../../../test/support/metrics-registration.ts'
import {
  keepLooking,
  startReplicas,
  Time,
  type Replica,
} from '../../../../test/support/rotating-replicas.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

function published({ bundles }: MetricsRegistration): readonly string[] {
  const [first = '', ...others] = bundles
  for (const other of others) expect(fingerprintsOf(other)).toStrictEqual(fingerprintsOf(first))
  return fingerprintsOf(first)
}

describe('the first authority', () => {
  test('serves once it is in both bundles', async () => {
    const { registration, replica } = startReplicas()
    expect(await replica.advance()).toBe(true)
    expect(replica.authority).toBeUndefined()
    expect(await replica.advance()).toBe(false)
    expect(published(registration)).toStrictEqual([replica.authority])
  })

  test('is made by whoever comes first and used by all', async () => {
    const { registration, replicas } = startReplicas(3)
    await Promise.all(replicas.map(async (replica) => replica.advance()))
    await Promise.all(replicas.map(async (replica) => replica.advance()))
    await Promise.all(replicas.map(async (replica) => replica.advance()))
    const [authority] = published(registration)
    expect(replicas.map((replica) => replica.authority)).toStrictEqual([
      authority,
      authority,
      authority,
    ])
  })

  test('is not made by who may not write', async () => {
    const { registration, replica } = startReplicas()
    replica.mayWrite = false
    expect(await replica.advance()).toBe(false)
    expect(published(registration)).toStrictEqual([])
    expect(registration.read(SECRET_KEY.name)?.data).toBeUndefined()
  })

  test('needs a Secret', async () => {
    const { registration, replica } = startReplicas()
    registration.remove(SECRET_KEY.name)
    await expect(replica.advance()).rejects.toThrow(
      'expected the Secret streams/runnel-metrics-api',
    )
  })
})

describe('the registration', () => {
  test('of another service is reported and left alone', async () => {
    const { registration, replica } = startReplicas()
    const foreign = {
      metadata: { name: 'v1beta1.custom.metrics.k8s.io' },
      spec: { service: { namespace: 'monitoring', name: 'adapter' }, caBundle: 'Zm9yZWlnbg==' },
    }
    registration.put(foreign)
    await keepLooking(new Time(), [replica], 3 * MINUTE)
    expect(replica.registration).toBe('foreign')
    expect(registration.read(foreign.metadata.name)?.spec).toStrictEqual(foreign.spec)
    expect(fingerprintsOf(registration.bundles[0]!)).toStrictEqual([replica.authority])
    const warnings = replica.lines.filter((line) =>
      JSON.stringify(line).includes('another service'),
    )
    expect(warnings).toHaveLength(1)
  })

  test('may be absent, and is served once it is there', async () => {
    const { registration, replica } = startReplicas()
    for (const name of API_SERVICES) registration.remove(name)
    await replica.advance()
    expect(replica).toMatchObject({ registration: 'absent', authority: undefined })
    for (const name of API_SERVICES) {
      registration.put({ metadata: { name }, spec: { service: SERVICE } })
    }
    await replica.advance()
    await replica.advance()
    expect(replica.registration).toBe('ours')
    expect(published(registration)).toStrictEqual([replica.authority])
  })

  test('keeps the fields of others', async () => {
    const { registration, replica } = startReplicas()
    const name = 'v1beta2.custom.metrics.k8s.io'
    registration.put({ metadata: { name }, spec: { service: SERVICE, versionPriority: 200 } })
    await replica.advance()
    expect(registration.read(name)?.spec).toMatchObject({
      service: SERVICE,
      versionPriority: 200,
      caBundle: expect.any(String),
    })
  })

  test('gets its bundle back when somebody removes it', async () => {
    const { registration, replica } = startReplicas()
    await replica.advance()
    await replica.advance()
    const name = 'v1beta2.custom.metrics.k8s.io'
    registration.put({ metadata: { name }, spec: { service: SERVICE } })
    await replica.advance()
    await replica.advance()
    expect(published(registration)).toStrictEqual([replica.authority])
  })
})

describe('succession', () => {
  test('a successor is published beside the old authority long before that ends, and serves later', async () => {
    const { time, registration, replicas } = startReplicas(2)
    await keepLooking(time, replicas, 5 * MINUTE)
    const [old] = published(registration)
    time.pass(270 * DAY)
    for (const replica of replicas) await replica.advance()
    expect(published(registration)).toStrictEqual([old])

    time.pass(6 * DAY)
    await keepLooking(time, replicas, 5 * MINUTE)
    const [, successor] = published(registration)
    expect(successor).toBeDefined()
    expect(replicas.map(({ authority }) => authority)).toStrictEqual([old, old])

    await keepLooking(time, replicas, 10 * MINUTE)
    expect(replicas.map(({ authority }) => authority)).toStrictEqual([successor, successor])
    await keepLooking(time, replicas, 20 * HOUR, HOUR)
    expect(published(registration)).toStrictEqual([old, successor])
    await keepLooking(time, replicas, 5 * HOUR, HOUR)
    expect(published(registration)).toStrictEqual([successor])
  })

  test.each([
    ['empty', undefined],
    ['without JSON', { 'authorities.json': Buffer.from('{').toString('base64') }],
    ['without authorities', { 'authorities.json': Buffer.from('[{"a":1}]').toString('base64') }],
    [
      'with broken authorities',
      {
        'authorities.json': Buffer.from('[{"certificate":"a","key":"b"}]').toString('base64'),
      },
    ],
  ])('a Secret that is %s makes a new authority, and the old one serves on', async (_, data) => {
    const { time, registration, replica } = startReplicas()
    await keepLooking(time, [replica], 15 * MINUTE)
    const old = replica.authority
    registration.put({ metadata: SECRET_KEY, data })
    await keepLooking(time, [replica], 5 * MINUTE)
    expect(replica.authority).toBe(old)
    expect(published(registration)).toStrictEqual([old, expect.any(String)])
    await keepLooking(time, [replica], 26 * HOUR, HOUR)
    expect(replica.authority).not.toBe(old)
    expect(published(registration)).toStrictEqual([replica.authority])
  })

  test('other data of the Secret stays', async () => {
    const { registration, replica } = startReplicas()
    registration.put({ metadata: SECRET_KEY, data: { note: 'YQ==' } })
    await replica.advance()
    expect(registration.read(SECRET_KEY.name)?.data).toMatchObject({ note: 'YQ==' })
  })

  test('a replica that cannot see the cluster for long presents nothing', async () => {
    const { time, replica } = startReplicas()
    await keepLooking(time, [replica], 5 * MINUTE)
    time.pass(5 * HOUR)
    expect(replica.authority).toBeDefined()
    time.pass(2 * HOUR)
    expect(replica.authority).toBeUndefined()
    await replica.advance()
    expect(replica.authority).toBeDefined()
  })
})

/** A writer and a replica that only reads, both serving. */
async function startServing() {
  const parts = startReplicas(2)
  const [writer, other] = parts.replicas as [Replica, Replica]
  other.mayWrite = false
  await keepLooking(parts.time, parts.replicas, 15 * MINUTE)
  return { ...parts, writer, other, old: writer.authority }
}

describe('what replicas may still present stays trusted', () => {
  test('a replica that saw nothing for long takes the successor at its first look', async () => {
    const { time, writer, other, old, emptySecret } = await startServing()
    emptySecret()
    await keepLooking(time, [writer], 20 * HOUR, HOUR)
    await other.advance()
    expect(other.authority).toBe(writer.authority)
    expect(other.authority).not.toBe(old)
  })

  test('a replica with a wrong clock leaves a retired authority like the others', async () => {
    const { time, writer, other, emptySecret } = await startServing()
    other.skew = 800 * DAY
    emptySecret()
    await keepLooking(time, [writer, other], HOUR)
    expect(other.authority).toBe(writer.authority)
  })

  test('a retired authority stays while no other has served', async () => {
    const { time, registration, writer, other, old, emptySecret } = await startServing()
    for (let hour = 0; hour < 30; hour++) {
      emptySecret()
      await keepLooking(time, [writer, other], HOUR, HOUR)
    }
    expect(other.authority).toBe(old)
    expect(published(registration)).toContain(old)
  })

  test('a late write does not undo what others have published', async () => {
    const { registration, writer, other, emptySecret } = await startServing()
    other.mayWrite = true
    for (const name of API_SERVICES) {
      registration.put({ metadata: { name }, spec: { service: SERVICE } })
    }
    const { promise: released, resolve: release } = Promise.withResolvers<void>()
    let requests = 0
    // The first three read.
    registration.onRequest = async (phase) => {
      if (phase === 'arrives' && ++requests > 3) await released
    }
    const late = other.advance()
    await eventually(() => {
      expect(requests).toBe(4)
    })
    registration.onRequest = async () => {}
    emptySecret()
    writer.restart()
    await writer.advance()
    await writer.advance()
    release()
    expect(await late).toBe(true)
    expect(published(registration)).toStrictEqual([writer.authority])
  })

  test('an authority serves when all APIServices trust it', async () => {
    const { registration, replica } = startReplicas()
    let writes = 0
    registration.onWrite = () => {
      if (++writes === 2) throw new Error('the connection broke')
    }
    await expect(replica.advance()).rejects.toThrow('the connection broke')
    registration.onWrite = () => {}
    replica.mayWrite = false
    await replica.advance()
    expect(registration.bundles.map((bundle) => fingerprintsOf(bundle).length)).toStrictEqual([
      1, 0,
    ])
    expect(replica.authority).toBeUndefined()
  })
})
