import { expect, test } from 'vitest'
import type { Span } from '../report/progress.ts'
import type { Result } from '../report/result.ts'
import { fanOut } from '../scenarios/fan-out.ts'
import type { LoadTest, Scenario } from '../scenarios/scenario.ts'
import type { Target } from '../target/target.ts'
import { FakeDriver } from './fake-driver.ts'
import { runScenario } from './run-scenario.ts'

const TARGET: Target = {
  description: 'nothing',
  address: {
    dialect: 'runnel',
    url: 'http://127.0.0.1:1',
    publishUrl: 'http://127.0.0.1:1',
    headers: {},
    publishHeaders: {},
    connectTo: [],
  },
  versions: {},
  abilities: [],
  fault: async () => {},
  watch: async () => ({ servers: [], replicas: undefined }),
  [Symbol.asyncDispose]: async () => {},
}

class Run {
  readonly drivers: FakeDriver[] = []
  readonly interruption = new AbortController()
  /** Of each second, what goes on in it. */
  readonly steps: (Span | undefined)[] = []
  readonly result: Promise<Result>

  constructor(
    act: (test: LoadTest) => Promise<void>,
    target = TARGET,
    thresholds: Scenario['thresholds'] = fanOut.thresholds,
  ) {
    this.result = runScenario({
      scenario: { ...fanOut, thresholds, run: act },
      amounts: { subscribers: 10, channels: 4, rate: 10, seconds: 1, bytes: 100 },
      variant: undefined,
      target,
      drivers: 3,
      startDriver: (events) => {
        const driver = new FakeDriver(events)
        this.drivers.push(driver)
        return driver
      },
      progress: {
        phase() {},
        second: (_sample, step) => void this.steps.push(step),
        note() {},
        end() {},
      },
      signal: this.interruption.signal,
    })
  }

  get publisher(): FakeDriver {
    return this.drivers[0]!
  }
}

function eachSecond(action: () => void): Disposable {
  const timer = setInterval(action, 1_000)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

test('the subscribers and the channels are spread over the drivers, and one driver publishes', async () => {
  const run = new Run(async (load) => load.subscribe())
  const { figures, interrupted } = await run.result
  expect(interrupted).toBeUndefined()
  expect(run.drivers.map(({ subscribers }) => subscribers)).toEqual([0, 4, 3, 3])
  const firsts = run.drivers.map(({ channels }) => channels[0]?.split('-').at(-1))
  expect(firsts).toEqual(['1', '1', '2', '3'])
  expect(figures).toMatchObject({ lost: 0, mostOpen: 10 })
})

test('what drivers count and judge is one figure', async () => {
  const run = new Run(async (load) => {
    await load.subscribe()
    for (const driver of run.drivers) {
      driver.tell({ deliveries: 100, heldBack: 2, heldBackLong: 1 })
      driver.judgement = { ...driver.judgement, lost: 2, examples: ['channel a: 3 is missing'] }
    }
  })
  const { figures, verdicts, examples, seriesOfSeconds } = await run.result
  expect(figures).toMatchObject({ deliveries: 400, heldBackPercent: 2, lost: 6 })
  expect(figures.heldBackLongPercent).toBe(1)
  expect(verdicts.find(({ figure }) => figure === 'lost')).toMatchObject({ got: 6, isMet: false })
  expect(examples).toHaveLength(3)
  expect(seriesOfSeconds.reduce((sum, { deliveries }) => sum + deliveries, 0)).toBe(400)
})

test.each([
  [20, true],
  [21, false],
])('thresholds may depend on the amounts of the run: %d of 20', async (told, isMet) => {
  const act = async () => run.publisher.tell({ unknownPublishes: told })
  const run = new Run(act, TARGET, ({ rate }) => ({ unknownPublishes: 2 * rate }))
  expect(await run.result).toMatchObject({
    thresholds: { unknownPublishes: 20 },
    verdicts: [{ atMost: 20, got: told, isMet }],
  })
})

test('why connections failed is told with how often, over all drivers', async () => {
  const run = new Run(async () => {
    for (const driver of run.drivers) {
      driver.tell({ connectFailures: 2 }, { connectFailures: { 'read ECONNRESET': 2 } })
    }
    run.publisher.tell({ cuts: 1 }, { cuts: { 'the driver cut it': 1 } })
  })
  expect((await run.result).reasons).toEqual({
    connectFailures: { 'read ECONNRESET': 8 },
    cuts: { 'the driver cut it': 1 },
  })
})

test('a run that owes nobody anything has not measured what is lost', async () => {
  const run = new Run(async (load) => {
    await load.subscribe()
    for (const driver of run.drivers) driver.judgement = { ...driver.judgement, owed: 0 }
  })
  const { figures, verdicts } = await run.result
  expect(figures).toMatchObject({ owed: 0, lost: undefined })
  expect(verdicts.find(({ figure }) => figure === 'lost')).toMatchObject({ isMet: false })
})

test('pauses and silence are not measured without a judgement', async () => {
  const run = new Run(async () => {
    run.publisher.tell({ deliveries: 1, silentAtEnd: 3 })
    run.drivers[1]!.judge = async () => Promise.reject(new Error('driver 1 was killed'))
  })
  const { figures } = await run.result
  expect(figures).toMatchObject({ worstPause: undefined, silentAtEnd: undefined })
})

test('what came is a share of what was due, though no publish was answered', async () => {
  let share: number | undefined
  const run = new Run(async (load) => {
    await load.subscribe()
    // 10 subscribers in 4 channels: each channel's event has 2.5 deliveries.
    using _telling = eachSecond(() => run.publisher.tell({ due: 40, deliveries: 25 }))
    share = (await load.measure(2)).deliveredShare
  })
  await run.result
  expect(share).toBe(0.25)
})

test('a server that stalls every other second is late in all of them together', async () => {
  let deliveryP99: number | undefined
  const run = new Run(async (load) => {
    await load.subscribe()
    let seconds = 0
    using _telling = eachSecond(() => {
      // Microseconds and how often: half of the deliveries had to wait.
      if (seconds++ % 2 === 1) run.publisher.tell({}, {}, [2_000, 200, 900_000, 200])
    })
    deliveryP99 = (await load.measure(4)).deliveryP99
  })
  await run.result
  expect(deliveryP99).toBeCloseTo(900, -1)
})

test('an interrupted run is judged by what there is', async () => {
  const run = new Run(async (load) => {
    await load.subscribe()
    setImmediate(() => run.interruption.abort(new Error('interrupted by SIGINT')))
    await load.publish()
  })
  const { interrupted, figures } = await run.result
  expect(interrupted).toBe('interrupted by SIGINT')
  expect(figures.lost).toBe(0)
  expect(run.drivers.every(({ stops }) => stops > 0)).toBe(true)
})

test('a driver that ends ends the run', async () => {
  const run = new Run(async (load) => {
    await load.subscribe()
    setImmediate(() => run.drivers[2]!.events.onEnd(new Error('driver 2 was killed')))
    await load.publish()
  })
  expect(await run.result).toMatchObject({ interrupted: 'driver 2 was killed' })
})

test('a target that cannot be read ends the run', async () => {
  const run = new Run(async (load) => load.publish(), {
    ...TARGET,
    watch: async () => Promise.reject(new Error('the service has ended')),
  })
  expect(await run.result).toMatchObject({ interrupted: 'the service has ended' })
})

test('a condition that never holds ends the run, and says which', async () => {
  const run = new Run(async (load) => load.until('a miracle', () => false, 1))
  expect(await run.result).toMatchObject({ interrupted: 'expected a miracle within 1 s' })
})

test('who watches sees no second from before', async () => {
  let refusals: number | undefined
  const run = new Run(async (load) => {
    run.drivers[1]!.tell({ refusals: 5 })
    const [state] = await load.watch(1)
    refusals = state?.refusals
  })
  const { figures } = await run.result
  expect(refusals).toBe(0)
  expect(figures.refusals).toBe(5)
})

test('what became of those that read slowly is told from the beginning on', async () => {
  const run = new Run(async (load) => {
    run.drivers[1]!.tell({ slowCuts: 2 })
    await load.watch(1)
    run.drivers[2]!.tell({ slowCuts: 1, slowGaps: 4 })
    expect((await load.watch(1)).at(-1)).toMatchObject({ slowCuts: 3, slowGaps: 4 })
  })
  const { figures, interrupted } = await run.result
  expect(interrupted).toBeUndefined()
  expect(figures).toMatchObject({ cuts: 0, gaps: 0 })
})

test('a judgement that waits for missing events ends with the run', async () => {
  const run = new Run(async (load) => {
    await load.subscribe()
    for (const driver of run.drivers) driver.judgesUntilStop = true
    setTimeout(() => run.interruption.abort(new Error('interrupted by SIGTERM')), 10)
  })
  expect(await run.result).toMatchObject({
    interrupted: 'interrupted by SIGTERM',
    figures: { lost: 0 },
  })
})

test('progress is told how long what goes on takes, where that is known', async () => {
  const run = new Run(async (load) => {
    await load.watch(1)
    await load.publishWhile(async () => load.until('a second', () => true, 10))
  })
  await run.result
  const [watched] = run.steps
  expect(watched!.to - watched!.from).toBe(1)
  expect(run.steps.at(-1)).toBeUndefined()
})

test('a publish beside an action ends with it', async () => {
  const run = new Run(async (load) => load.publishWhile(async () => load.sleep(0.01)))
  expect(await run.result).toMatchObject({ interrupted: undefined })
  expect(run.publisher.stops).toBe(1)
})

test('streams that the server ended are figures, by how it ended them', async () => {
  const run = new Run(async () => {
    for (const driver of run.drivers) driver.tell({ faults: 1, drains: 2, expiries: 3 })
  })
  expect((await run.result).figures).toMatchObject({ faults: 4, drains: 8, expiries: 12 })
})
