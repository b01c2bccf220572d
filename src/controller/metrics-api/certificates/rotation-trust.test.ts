import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fingerprintsOf } from '../../../../test/support/metrics-registration.ts'
import { keepLooking, startReplicas } from '../../../../test/support/rotating-replicas.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const COUNT = 3

const index = fc.nat(COUNT - 1)
const duration = fc.oneof(
  fc.integer({ min: MINUTE, max: HOUR }),
  fc.integer({ min: HOUR, max: 30 * HOUR }),
  fc.integer({ min: DAY, max: 400 * DAY }),
)
const skew = fc.integer({ min: -800 * DAY, max: 800 * DAY })

/** What may happen to replicas and their cluster. */
const step = fc.oneof(
  // One replica looks; its nth message may be lost: a request, or the answer to what was done.
  { weight: 6, arbitrary: fc.record({ type: is('look'), index, lost: fc.option(fc.nat(12)) }) },
  // All replicas but one look at once, and their requests mix.
  { weight: 2, arbitrary: fc.record({ type: is('race'), absent: index }) },
  // All replicas but one look again and again.
  {
    weight: 6,
    arbitrary: fc.record({
      type: is('look-on'),
      absent: index,
      rounds: fc.nat(8),
      interval: fc.constantFrom(MINUTE, 5 * MINUTE, 4 * HOUR),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: is('pass'), duration }) },
  { weight: 2, arbitrary: fc.record({ type: is('jump'), index, skew }) },
  { weight: 1, arbitrary: fc.record({ type: is('restart'), index }) },
  { weight: 1, arbitrary: fc.record({ type: is('empty') }) },
)

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

function is<const T extends string>(type: T): fc.Arbitrary<T> {
  return fc.constant(type)
}

/** Replicas whose certificates are compared with the bundles after each write and each step. */
class World {
  readonly #parts = startReplicas(COUNT)
  readonly #scheduler: fc.Scheduler
  readonly #distrusted = new Set<string>()

  constructor(scheduler: fc.Scheduler) {
    this.#scheduler = scheduler
    this.#parts.registration.onWrite = () => {
      this.#compare()
    }
  }

  /** Certificates that a replica presented while a bundle lacked their authority. */
  get distrusted(): readonly string[] {
    return [...this.#distrusted]
  }

  async take(action: Step): Promise<void> {
    const { time, registration, replicas, emptySecret } = this.#parts
    registration.onRequest = async () => {}
    switch (action.type) {
      case 'look': {
        let countdown = action.lost ?? Number.POSITIVE_INFINITY
        registration.onRequest = async () => {
          if (countdown-- === 0) throw new Error('the connection broke')
        }
        await replicas[action.index]!.advance().catch(() => {})
        break
      }
      case 'race': {
        registration.onRequest = async () => this.#scheduler.schedule(Promise.resolve())
        const looks = this.#others(action.absent).map(async (replica) => replica.advance())
        await this.#scheduler.waitFor(Promise.all(looks))
        break
      }
      case 'look-on': {
        const { absent, rounds, interval } = action
        await keepLooking(time, this.#others(absent), rounds * interval, interval)
        break
      }
      case 'pass':
        time.pass(action.duration)
        break
      case 'jump':
        replicas[action.index]!.skew = action.skew
        break
      case 'restart':
        replicas[action.index]!.restart()
        break
      case 'empty':
        emptySecret()
    }
    this.#compare()
  }

  /** Once all clocks are right, everything works and a day has passed. */
  async rest(): Promise<{ readonly presented: unknown[]; readonly trusted: unknown[] }> {
    const { time, registration, replicas } = this.#parts
    registration.onRequest = async () => {}
    for (const replica of replicas) replica.skew = 0
    await keepLooking(time, replicas, 20 * MINUTE, 5 * MINUTE)
    await keepLooking(time, replicas, 35 * HOUR, 5 * HOUR)
    this.#compare()
    return {
      presented: replicas.map(({ authority }) => authority),
      trusted: registration.bundles.map(fingerprintsOf),
    }
  }

  #others(absent: number) {
    return this.#parts.replicas.filter((_, other) => other !== absent)
  }

  #compare(): void {
    for (const bundle of this.#parts.registration.bundles) {
      const trusted = fingerprintsOf(bundle)
      for (const { authority } of this.#parts.replicas) {
        if (authority !== undefined && !trusted.includes(authority)) this.#distrusted.add(authority)
      }
    }
  }
}

test('the bundles hold the authority of whatever any replica presents', async () => {
  const property = fc.asyncProperty(
    fc.array(step, { maxLength: 40 }),
    fc.scheduler(),
    async (steps, scheduler) => {
      const world = new World(scheduler)
      for (const action of steps) await world.take(action)
      const { presented, trusted } = await world.rest()
      expect(world.distrusted).toStrictEqual([])
      // All agree in the end, and nothing else is trusted.
      const [authority] = presented
      expect(authority).toBeDefined()
      expect(presented).toStrictEqual([authority, authority, authority])
      expect(trusted).toStrictEqual([[authority], [authority]])
    },
  )
  await fc.assert(property, { numRuns: 60 })
})
