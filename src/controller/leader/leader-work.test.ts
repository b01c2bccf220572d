import { expect, test } from 'vitest'
import { clusterError } from '../../../test/support/cluster/errors.ts'
import { MemoryCluster } from '../../../test/support/cluster/memory-cluster.ts'
import { eventually } from '../../../test/support/eventually.ts'
import { LeaderWork } from './leader-work.ts'

const TIMING = { leaseDuration: 300, renewDeadline: 200, retryPeriod: 40 }

test('a new leader works on all fleets, and again when that is due or something changes', async () => {
  await using scene = new LeaderScene(['a', 'b'])
  scene.pauses.set('b', 20)
  scene.leader.add(['a'])
  expect(scene.begun).toEqual([])

  scene.leader.start()
  await eventually(() =>
    expect(scene.begun.filter((fleet) => fleet === 'b').length).toBeGreaterThan(2),
  )
  expect(scene.begun.slice(0, 2)).toEqual(['a', 'b'])
  expect(scene.begun.filter((fleet) => fleet === 'a')).toHaveLength(1)
  scene.leader.add(['a'])
  await eventually(() => expect(scene.begun.filter((fleet) => fleet === 'a')).toHaveLength(2))
  expect(scene.terms).toEqual([true])
})

test('a term begins its work when that of the term before has ended: a fleet has one worker', async () => {
  await using scene = new LeaderScene(['a'])
  const { promise, resolve } = Promise.withResolvers<void>()
  scene.hold = promise
  scene.leader.start()
  await eventually(() => expect(scene.begun).toEqual(['a']))

  // The lease cannot be renewed for a while.
  const error = clusterError('unavailable', 'away')
  scene.cluster.requests.fail({ verb: 'replace', error, times: 8 })
  await eventually(() => expect(scene.terms).toEqual([true, false]))
  await eventually(() => expect(scene.leader.isLeader).toBe(true))
  expect([scene.begun, scene.terms]).toEqual([['a'], [true, false]])

  resolve()
  await eventually(() => expect(scene.begun).toEqual(['a', 'a']))
  expect(scene.terms).toEqual([true, false, true])
  expect(scene.mostAtOnce).toBe(1)
})

test('a fleet whose work fails is worked on once a minute at least', async () => {
  await using scene = new LeaderScene(['a'])
  scene.error = new Error('away')
  scene.leader.start()
  // What is added is worked on at once, so that no back-off has to pass.
  for (let failures = 1; failures <= 25; failures++) {
    await eventually(() => expect(scene.retries.length).toBeGreaterThanOrEqual(failures))
    scene.leader.add(['a'])
  }

  expect(Math.max(...scene.retries)).toBeLessThanOrEqual(60_000)
  expect(scene.retries.at(-1)).toBeGreaterThanOrEqual(30_000)
})

test('close waits for the work that has begun, begins none, and releases the lease', async () => {
  await using scene = new LeaderScene(['a', 'b'])
  const { promise, resolve } = Promise.withResolvers<void>()
  scene.hold = promise
  scene.leader.start()
  await eventually(() => expect(scene.begun).toEqual(['a']))

  let isClosed = false
  const closed = scene.leader.close().then(() => (isClosed = true))
  await eventually(() => expect(scene.terms).toEqual([true, false]))
  expect([isClosed, scene.leader.isLeader]).toEqual([false, true])
  resolve()
  await closed
  expect([scene.begun, scene.leader.isLeader]).toEqual([['a'], false])
})

class LeaderScene implements AsyncDisposable {
  readonly cluster = new MemoryCluster()
  readonly begun: string[] = []
  readonly terms: boolean[] = []
  /** Back-offs after failures, in ms. */
  readonly retries: number[] = []
  /** By fleet, in ms. */
  readonly pauses = new Map<string, number>()
  hold: Promise<void> = Promise.resolve()
  /** What all work fails with. */
  error: Error | undefined
  mostAtOnce = 0
  readonly leader: LeaderWork
  #running = 0

  constructor(fleets: readonly string[]) {
    this.leader = new LeaderWork({
      cluster: this.cluster,
      lease: { namespace: 'default', name: 'lease' },
      identity: 'one',
      timing: TIMING,
      fleets: () => fleets,
      work: async (fleet) => this.#work(fleet),
      observer: {
        enqueued() {},
        worked() {},
        retrying: (_key, _error, delay) => {
          this.retries.push(delay)
        },
        listed() {},
        listOrWatchFailed() {},
        handlerFailed() {},
        electionFailed() {},
        eventFailed() {},
      },
      onLeading: (isLeading) => {
        this.terms.push(isLeading)
      },
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leader.close()
  }

  async #work(fleet: string): Promise<number | undefined> {
    this.begun.push(fleet)
    this.#running++
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#running)
    await this.hold
    this.#running--
    if (this.error !== undefined) throw this.error
    return this.pauses.get(fleet)
  }
}
