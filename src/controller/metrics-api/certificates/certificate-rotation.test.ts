import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  fingerprintsOf,
  MetricsRegistration,
  SECRET_KEY,
  SERVICE,
} from '../../../../test/support/metrics-registration.ts'
import { CertificateRotation } from './certificate-rotation.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Clocks that tests move. */
class Time {
  uptime = 0
  wall = Date.UTC(2026, 10, 26)

  pass(duration: number): void {
    this.uptime += duration
    this.wall += duration
  }
}

class Replica {
  /** How far its wall clock is off. */
  skew = 0
  readonly lines: unknown[] = []
  readonly #time: Time
  readonly #registration: MetricsRegistration
  #rotation: CertificateRotation
  mayWrite = true

  constructor(time: Time, registration: MetricsRegistration) {
    this.#time = time
    this.#registration = registration
    this.#rotation = this.#create()
  }

  get authority(): string | undefined {
    return this.#rotation.certificate?.authority
  }

  get registration() {
    return this.#rotation.registration
  }

  restart(): void {
    this.#rotation = this.#create()
  }

  async advance(): Promise<boolean> {
    return this.#rotation.advance()
  }

  #create(): CertificateRotation {
    const note = (...line: unknown[]) => {
      this.lines.push(line)
    }
    return new CertificateRotation({
      cluster: this.#registration,
      service: SERVICE,
      secret: SECRET_KEY,
      mayWrite: () => this.mayWrite,
      logger: { info: note, warn: note },
      clocks: { now: () => this.#time.wall + this.skew, uptime: () => this.#time.uptime },
    })
  }
}

function start(count = 1) {
  const time = new Time()
  const registration = new MetricsRegistration()
  const replicas = Array.from({ length: count }, () => new Replica(time, registration))
  const emptySecret = () => {
    registration.put({ metadata: SECRET_KEY })
  }
  return { time, registration, replicas, replica: replicas[0]!, emptySecret }
}

/** The running rotation looks more often. */
async function keepLooking(
  time: Time,
  replicas: readonly Replica[],
  duration: number,
  interval = MINUTE,
) {
  for (let passed = 0; passed < duration; passed += interval) {
    for (const replica of replicas) await replica.advance()
    time.pass(interval)
  }
}

function published({ bundles }: MetricsRegistration): readonly string[] {
  const [first = '', ...others] = bundles
  for (const other of others) expect(fingerprintsOf(other)).toStrictEqual(fingerprintsOf(first))
  return fingerprintsOf(first)
}

describe('the first authority', () => {
  test('serves once it is in both bundles', async () => {
    const { registration, replica } = start()
    expect(await replica.advance()).toBe(true)
    expect(replica.authority).toBeUndefined()
    expect(await replica.advance()).toBe(false)
    expect(published(registration)).toStrictEqual([replica.authority])
  })

  test('is made by whoever comes first and used by all', async () => {
    const { registration, replicas } = start(3)
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
    const { registration, replica } = start()
    replica.mayWrite = false
    expect(await replica.advance()).toBe(false)
    expect(published(registration)).toStrictEqual([])
    expect(registration.read(SECRET_KEY.name)?.data).toBeUndefined()
  })

  test('needs a Secret', async () => {
    const { registration, replica } = start()
    registration.remove(SECRET_KEY.name)
    await expect(replica.advance()).rejects.toThrow(
      'expected the Secret streams/runnel-metrics-api',
    )
  })
})

describe('the registration', () => {
  test('of another service is reported and left alone', async () => {
    const { registration, replica } = start()
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
    const { registration, replica } = start()
    const names = ['v1beta2.custom.metrics.k8s.io', 'v1beta1.custom.metrics.k8s.io']
    for (const name of names) registration.remove(name)
    await replica.advance()
    expect(replica).toMatchObject({ registration: 'absent', authority: undefined })
    for (const name of names) registration.put({ metadata: { name }, spec: { service: SERVICE } })
    await replica.advance()
    await replica.advance()
    expect(replica.registration).toBe('ours')
    expect(published(registration)).toStrictEqual([replica.authority])
  })

  test('keeps the fields of others', async () => {
    const { registration, replica } = start()
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
    const { registration, replica } = start()
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
    const { time, registration, replicas } = start(2)
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
    const { time, registration, replica } = start()
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
    const { registration, replica } = start()
    registration.put({ metadata: SECRET_KEY, data: { note: 'YQ==' } })
    await replica.advance()
    expect(registration.read(SECRET_KEY.name)?.data).toMatchObject({ note: 'YQ==' })
  })

  test('a replica that cannot see the cluster for long presents nothing', async () => {
    const { time, replica } = start()
    await keepLooking(time, [replica], 5 * MINUTE)
    time.pass(5 * HOUR)
    expect(replica.authority).toBeDefined()
    time.pass(2 * HOUR)
    expect(replica.authority).toBeUndefined()
    await replica.advance()
    expect(replica.authority).toBeDefined()
  })
})

test('whatever any replica presents is in the published bundles', async () => {
  const COUNT = 3
  const index = fc.nat(COUNT - 1)
  const look = fc.record({
    type: fc.constant('look' as const),
    index,
    fault: fc.option(fc.nat(12)),
  })
  const step = fc.oneof(
    { weight: 6, arbitrary: look },
    { weight: 2, arbitrary: fc.record({ type: fc.constant('race' as const), index }) },
    {
      weight: 6,
      arbitrary: fc.record({
        type: fc.constant('pass' as const),
        duration: fc.oneof(
          fc.integer({ min: MINUTE, max: HOUR }),
          fc.integer({ min: HOUR, max: 30 * HOUR }),
          fc.integer({ min: DAY, max: 400 * DAY }),
        ),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('skew' as const),
        index,
        skew: fc.integer({ min: -800 * DAY, max: 800 * DAY }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('restart' as const), index }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('empty' as const) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        type: fc.constant('settle' as const),
        duration: fc.integer({ min: MINUTE, max: 40 * MINUTE }),
        absent: index,
      }),
    },
  )
  const property = fc.asyncProperty(
    fc.array(step, { maxLength: 40 }),
    fc.scheduler(),
    async (steps, scheduler) => {
      const { time, registration, replicas, emptySecret } = start(COUNT)
      const check = () => {
        const bundles = registration.bundles.map(fingerprintsOf)
        for (const { authority } of replicas) {
          if (authority === undefined) continue
          for (const bundle of bundles) expect(bundle).toContain(authority)
        }
      }
      registration.onWrite = check
      for (const action of steps) {
        switch (action.type) {
          case 'look': {
            let countdown = action.fault ?? Number.POSITIVE_INFINITY
            registration.onRequest = async () => {
              if (countdown-- === 0) throw new Error('the connection broke')
            }
            await replicas[action.index]!.advance().catch(() => {})
            break
          }
          case 'race': {
            const others = replicas.filter((_, other) => other !== action.index)
            registration.onRequest = async () => scheduler.schedule(Promise.resolve())
            await scheduler.waitFor(Promise.all(others.map(async (replica) => replica.advance())))
            break
          }
          case 'pass':
            time.pass(action.duration)
            break
          case 'skew':
            replicas[action.index]!.skew = action.skew
            break
          case 'restart':
            replicas[action.index]!.restart()
            break
          case 'empty':
            emptySecret()
            break
          case 'settle':
            registration.onRequest = async () => {}
            await keepLooking(
              time,
              replicas.filter((_, other) => other !== action.absent),
              action.duration,
              5 * MINUTE,
            )
        }
        check()
      }
      // Once clocks are right, all replicas agree on one valid authority, and nothing else is trusted.
      registration.onRequest = async () => {}
      for (const replica of replicas) replica.skew = 0
      await keepLooking(time, replicas, 20 * MINUTE, 5 * MINUTE)
      await keepLooking(time, replicas, 30 * HOUR, 5 * HOUR)
      for (const replica of replicas) await replica.advance()
      const [authority] = published(registration)
      expect(published(registration)).toHaveLength(1)
      for (const replica of replicas) expect(replica.authority).toBe(authority)
    },
  )
  await fc.assert(property, { numRuns: 60 })
})
