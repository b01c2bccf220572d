import { expect, onTestFinished, test, vi } from 'vitest'
import { makePod, type PodOptions } from '../../../test/support/cluster/pods.ts'
import { eventually } from '../../../test/support/eventually.ts'
import type { Pod } from '../objects/workloads.ts'
import type { SnapshotAnswer } from './observation.ts'
import type { ObservedFleet } from './observed-pods.ts'
import { SnapshotPoller } from './snapshot-poller.ts'

const NO_ANSWER: SnapshotAnswer = {
  isSnapshot: false,
  silence: { reason: 'timeout', detail: 'no answer' },
}

function streams(subscribers: number): SnapshotAnswer {
  return { isSnapshot: true, snapshot: { subscribers, limit: 100, isDraining: false } }
}

/** Pods by name, what each answers, how often it was asked, and in which order. */
class Pods {
  readonly answers = new Map<string, SnapshotAnswer | Promise<SnapshotAnswer>>()
  readonly polls = new Map<string, number>()
  readonly order: string[] = []
  readonly fleets: ObservedFleet[] = []
  readonly onChange = vi.fn<(fleets: ReadonlySet<string>) => void>()

  addFleet(key: string, pods: Readonly<Record<string, number>>, options: PodOptions = {}): void {
    for (const [name, subscribers] of Object.entries(pods)) {
      this.answers.set(name, streams(subscribers))
    }
    this.fleets.push({
      key,
      pods: Object.keys(pods).map((name) => makePod({ ...options, name })),
      storedPods: [],
    })
  }

  polled(name: string): number {
    return this.polls.get(name) ?? 0
  }

  createPoller(
    interval: number,
    answer = (name: string) => this.answers.get(name),
  ): SnapshotPoller {
    const poller = new SnapshotPoller({
      interval,
      fleets: () => this.fleets,
      onChange: this.onChange,
      read: async ({ metadata: { name } }) => {
        this.polls.set(name, this.polled(name) + 1)
        this.order.push(name)
        return answer(name) ?? NO_ANSWER
      },
    })
    onTestFinished(() => {
      poller.close()
    })
    return poller
  }
}

test('after the start the state of all running pods is known, and told once', async () => {
  const pods = new Pods()
  pods.addFleet('default/a', { a1: 1, a2: 2 })
  pods.addFleet('default/b', { b1: 3 })
  pods.addFleet('default/c', { c1: 4 }, { container: null })
  const poller = pods.createPoller(60_000)
  await poller.start()
  expect(
    pods.fleets.map((fleet) => poller.describe(fleet).map(({ snapshot }) => snapshot?.subscribers)),
  ).toEqual([[1, 2], [3], [undefined]])
  expect(pods.onChange.mock.calls).toEqual([[new Set(['default/a', 'default/b'])]])
  expect(pods.polled('c1')).toBe(0)
})

test('a change is told with the fleets that it belongs to, and what stays the same is not', async () => {
  const pods = new Pods()
  pods.addFleet('default/a', { a1: 1 })
  pods.addFleet('default/b', { b1: 3 })
  pods.fleets.push({ ...pods.fleets[1]!, key: 'default/rival' })
  const poller = pods.createPoller(20)
  await poller.start()
  await eventually(() => expect(pods.polled('b1')).toBeGreaterThan(5))
  expect(pods.onChange).toHaveBeenCalledTimes(1)
  pods.answers.set('b1', streams(4))
  await eventually(() => expect(pods.onChange).toHaveBeenCalledTimes(2))
  expect(pods.onChange).toHaveBeenLastCalledWith(new Set(['default/b', 'default/rival']))
  pods.answers.set('a1', NO_ANSWER)
  await eventually(() => expect(pods.onChange).toHaveBeenCalledTimes(3))
  expect(pods.onChange).toHaveBeenLastCalledWith(new Set(['default/a']))
  expect(poller.describe(pods.fleets[0]!)).toMatchObject([
    { snapshot: { subscribers: 1 }, silence: { reason: 'timeout' } },
  ])
})

test('changes are told at most once a round', async () => {
  const pods = new Pods()
  const names = Array.from({ length: 20 }, (_, index) => `pod-${index}`)
  pods.addFleet('default/a', Object.fromEntries(names.map((name) => [name, 0])))
  const poller = pods.createPoller(20)
  await poller.start()
  await eventually(() => {
    for (const name of names) pods.answers.set(name, streams(pods.polled(name)))
    expect(pods.polled('pod-0')).toBeGreaterThan(10)
  })
  expect(pods.onChange.mock.calls.length).toBeGreaterThan(1)
  expect(pods.onChange.mock.calls.length).toBeLessThanOrEqual(pods.polled('pod-0'))
})

test('a pod that has not answered yet is asked more often than the others, for a while', async () => {
  const pods = new Pods()
  pods.addFleet('default/a', { old: 1 })
  pods.addFleet('default/b', { young: 0 }, { isReady: false })
  pods.answers.set('young', NO_ANSWER)
  await pods.createPoller(2_000).start()
  await eventually(() => expect(pods.polled('young')).toBeGreaterThan(3))
  expect(pods.polled('old')).toBeLessThan(pods.polled('young'))
})

test('the polls of a later round do not begin all at once', async () => {
  const begun: (readonly string[])[] = []
  const pods = ['a', 'b', 'c', 'd'].map((name) => makePod({ name }))
  let turn: string[] = []
  const poller = new SnapshotPoller({
    interval: 500,
    fleets: () => [{ key: 'default/a', pods, storedPods: [] }],
    onChange: () => undefined,
    read: async ({ metadata: { name } }) => {
      if (turn.length === 0) {
        setImmediate(() => {
          begun.push(turn)
          turn = []
        })
      }
      turn.push(name)
      return streams(1)
    },
  })
  onTestFinished(() => {
    poller.close()
  })
  await poller.start()
  await eventually(() => expect(begun.length).toBeGreaterThan(1))
  expect(begun[0]).toEqual(['a', 'b', 'c', 'd'])
  expect(begun[1]).toEqual(['a'])
})

test('at most 32 pods of a fleet are asked at a time', async () => {
  const pods = Array.from({ length: 100 }, (_, index) => makePod({ name: `pod-${index}` }))
  const waiting: (() => void)[] = []
  let answered = 0
  let most = 0
  const poller = new SnapshotPoller({
    interval: 60_000,
    fleets: () => [{ key: 'default/a', pods, storedPods: [] }],
    onChange: () => undefined,
    read: async () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push(resolve)
      most = Math.max(most, waiting.length - answered)
      await promise
      return streams(1)
    },
  })
  onTestFinished(() => {
    poller.close()
  })
  const started = poller.start()
  await eventually(() => {
    for (; answered < waiting.length; answered++) waiting[answered]!()
    expect(answered).toBe(100)
  })
  await started
  expect(most).toBe(32)
})

test('a poller that closes drops what is still to come', async () => {
  const { promise, resolve } = Promise.withResolvers<SnapshotAnswer>()
  const onChange = vi.fn<(fleets: ReadonlySet<string>) => void>()
  const read = vi.fn<(pod: Pod) => Promise<SnapshotAnswer>>(() => promise)
  const poller = new SnapshotPoller({
    interval: 10,
    fleets: () => [{ key: 'default/a', pods: [makePod()], storedPods: [] }],
    onChange,
    read,
  })
  const started = poller.start()
  await eventually(() => expect(read).toHaveBeenCalled())
  poller.close()
  resolve(streams(1))
  await started
  expect(onChange).not.toHaveBeenCalled()
})

test('a fleet whose pods do not answer delays no other, neither at the start nor later', async () => {
  const pods = new Pods()
  const { promise, resolve } = Promise.withResolvers<SnapshotAnswer>()
  const names = Array.from({ length: 100 }, (_, index) => `stuck-${index}`)
  pods.addFleet('default/stuck', Object.fromEntries(names.map((name) => [name, 0])))
  pods.addFleet('default/healthy', { healthy: 1 })
  for (const name of names) pods.answers.set(name, promise)
  const poller = pods.createPoller(20)
  let hasStarted = false
  const started = poller.start().then(() => (hasStarted = true))
  await eventually(() => expect(pods.polled('healthy')).toBeGreaterThan(5))
  pods.addFleet('default/young', { young: 2 })
  await eventually(() => expect(pods.polled('young')).toBeGreaterThan(5))
  expect(names.map((name) => pods.polled(name)).filter((polls) => polls > 0)).toEqual(
    Array.from({ length: 32 }, () => 1),
  )
  expect(hasStarted).toBe(false)
  resolve(NO_ANSWER)
  await started
  expect(names.every((name) => pods.polled(name) > 0)).toBe(true)
})

test('a pod that misses polls is asked less often than one that answers, until it answers', async () => {
  const pods = new Pods()
  pods.addFleet('default/a', { healthy: 1, silent: 2 })
  await pods.createPoller(50).start()
  /** Polls of the silent pod while the other one has 20. */
  const pollsOfSilent = async () => {
    const healthy = pods.polled('healthy')
    const silent = pods.polled('silent')
    await eventually(() => expect(pods.polled('healthy') - healthy).toBeGreaterThanOrEqual(20))
    return pods.polled('silent') - silent
  }
  pods.answers.set('silent', NO_ANSWER)
  const misses = await pollsOfSilent()
  expect(misses).toBeGreaterThan(3)
  expect(misses).toBeLessThan(15)
  pods.answers.set('silent', streams(3))
  const before = pods.polled('silent')
  await eventually(() => expect(pods.polled('silent')).toBeGreaterThan(before))
  expect(await pollsOfSilent()).toBeGreaterThan(17)
})

test('a pod that misses every second poll is asked as often as one that answers', async () => {
  const pods = new Pods()
  pods.addFleet('default/a', { healthy: 1, flaky: 2 })
  const poller = pods.createPoller(50, (name) =>
    name === 'flaky' && pods.polled(name) % 2 === 0 ? NO_ANSWER : streams(1),
  )
  await poller.start()
  await eventually(() => expect(pods.polled('healthy')).toBeGreaterThan(25))
  expect(pods.polled('flaky')).toBeGreaterThan(22)
})

test('a pod that two fleets select is asked as often as any other', async () => {
  const pods = new Pods()
  pods.addFleet('default/a', { single: 1 })
  pods.addFleet('default/b', { shared: 2 })
  pods.fleets.push({ ...pods.fleets[1]!, key: 'default/rival' })
  await pods.createPoller(20).start()
  await eventually(() => expect(pods.polled('single')).toBeGreaterThan(20))
  expect(pods.polled('shared')).toBeGreaterThan(15)
  expect(pods.polled('shared')).toBeLessThan(30)
})

test('between two polls of a pod that answers, silent pods take one turn of requests at most', async () => {
  const pods = new Pods()
  const names = Array.from({ length: 300 }, (_, index) => `silent-${index}`)
  pods.addFleet('default/a', Object.fromEntries([...names, 'healthy'].map((name) => [name, 1])))
  for (const name of names) pods.answers.set(name, NO_ANSWER)
  await pods.createPoller(20).start()
  // Until then they are new, and asked more often.
  const fewest = () => Math.min(...names.map((name) => pods.polled(name)))
  await eventually(() => expect(fewest()).toBeGreaterThanOrEqual(10))
  const first = pods.order.length
  const healthy = pods.polled('healthy')
  await eventually(() => expect(pods.polled('healthy') - healthy).toBeGreaterThan(10))
  const turns = pods.order.slice(first).join(' ').split('healthy').slice(1)
  const most = Math.max(...turns.map((turn) => turn.split(' ').filter(Boolean).length))
  expect(most).toBeGreaterThan(0)
  expect(most).toBeLessThanOrEqual(32)
})

test('a fleet that goes is not asked any more, and its late answers are dropped', async () => {
  const pods = new Pods()
  pods.addFleet('default/stays', { stays: 1 })
  pods.addFleet('default/goes', { goes: 1 })
  const poller = pods.createPoller(20)
  await poller.start()
  const { promise, resolve } = Promise.withResolvers<SnapshotAnswer>()
  pods.answers.set('goes', promise)
  const before = pods.polled('goes')
  await eventually(() => expect(pods.polled('goes')).toBeGreaterThan(before))
  const [gone] = pods.fleets.splice(1)
  const stays = pods.polled('stays')
  await eventually(() => expect(pods.polled('stays')).toBeGreaterThan(stays + 1))
  pods.fleets.push(gone!)
  pods.answers.set('goes', streams(2))
  await eventually(() => expect(poller.describe(gone!)[0]?.snapshot?.subscribers).toBe(2))
  resolve(streams(9))
  const later = pods.polled('goes')
  pods.answers.set('goes', Promise.withResolvers<SnapshotAnswer>().promise)
  await eventually(() => expect(pods.polled('goes')).toBeGreaterThan(later))
  expect(poller.describe(gone!)[0]?.snapshot?.subscribers).toBe(2)
})
