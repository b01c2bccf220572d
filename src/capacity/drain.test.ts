import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Drain, type Drainable } from './drain.ts'

const WINDOW = 10_000

/** A stream that notes its closing reason, and leaves its set. */
class FakeStream implements Drainable {
  readonly reasons: string[] = []
  readonly #open: Set<FakeStream>

  constructor(open: Set<FakeStream>) {
    this.#open = open
    open.add(this)
  }

  close(reason: 'drain' | 'shed'): void {
    this.reasons.push(reason)
    this.#open.delete(this)
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})

afterEach(() => {
  vi.useRealTimers()
})

test('a drain closes every stream once, spread over the window', async () => {
  const { drain, streams, open } = openStreams(100)

  const done = drain.begin()
  for (const [time, left] of [
    [2_500, 75],
    [5_000, 50],
    [7_500, 25],
  ] as const) {
    await vi.advanceTimersByTimeAsync(2_500)
    expect(open.size, `after ${time} ms`).toBeGreaterThanOrEqual(left - 2)
    expect(open.size, `after ${time} ms`).toBeLessThanOrEqual(left + 2)
  }
  await vi.advanceTimersByTimeAsync(2_500)
  await done

  for (const { reasons } of streams) expect(reasons).toEqual(['drain'])
})

test('a drain is visible from its beginning, and listeners are called once', async () => {
  const { drain } = openStreams(0)
  const listener = vi.fn<() => void>()
  drain.listeners.add(listener)
  expect(drain.isDraining).toBe(false)

  const first = drain.begin()
  expect(drain.isDraining).toBe(true)
  const second = drain.begin()
  await Promise.all([first, second])

  expect(listener).toHaveBeenCalledTimes(1)
  expect(drain.isDraining).toBe(true)
})

test('a drain that is begun again ends with the first one', async () => {
  const { drain, streams } = openStreams(10)
  const ends: string[] = []

  void drain.begin().then(() => ends.push('first'))
  await vi.advanceTimersByTimeAsync(WINDOW / 2)
  void drain.begin().then(() => ends.push('second'))
  expect(ends).toEqual([])
  await vi.advanceTimersByTimeAsync(WINDOW / 2)

  expect(ends).toEqual(['first', 'second'])
  for (const { reasons } of streams) expect(reasons).toEqual(['drain'])
})

test('the window is read when the drain begins', async () => {
  const settings = { window: WINDOW }
  const { open } = openStreams(10)
  const drain = new Drain({ streams: () => open, window: () => settings.window })

  settings.window = 0
  await drain.begin()

  expect(open.size).toBe(0)
})

test('a hurried drain closes all remaining streams at once', async () => {
  const { drain, open } = openStreams(100)
  const done = drain.begin()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(open.size).toBeGreaterThan(80)

  drain.hurry()
  await done

  expect(open.size).toBe(0)
})

test('a shed closes the requested number of streams, spread over the time, and begins no drain', async () => {
  const { drain, streams, open } = openStreams(100)

  const done = drain.shed(20, WINDOW)
  await vi.advanceTimersByTimeAsync(WINDOW / 2)
  expect(open.size).toBeGreaterThanOrEqual(88)
  expect(open.size).toBeLessThanOrEqual(92)
  await vi.advanceTimersByTimeAsync(WINDOW / 2)
  await done

  expect(streams.flatMap(({ reasons }) => reasons)).toEqual(
    Array.from({ length: 20 }, () => 'shed'),
  )
  expect(open.size).toBe(80)
  expect(drain.isDraining).toBe(false)
})

test('a hurried process waits for no stream that it sheds', async () => {
  const { drain, open } = openStreams(100)
  const done = drain.shed(50, WINDOW)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(open.size).toBeGreaterThan(80)

  drain.hurry()
  await done

  expect(open.size).toBe(50)
})

test('a shed picks random streams, not the oldest or newest', async () => {
  const shed = new Set<number>()
  for (let round = 0; round < 50; round++) {
    const { drain, streams } = openStreams(10)
    await drain.shed(2, 0)
    for (const [index, { reasons }] of streams.entries()) if (reasons.length > 0) shed.add(index)
  }

  expect(shed.size).toBe(10)
})

test('a shed of more streams than there are closes all', async () => {
  const { drain, open } = openStreams(3)

  await drain.shed(5, 0)

  expect(open.size).toBe(0)
})

function openStreams(count: number): {
  drain: Drain
  streams: FakeStream[]
  open: Set<FakeStream>
} {
  const open = new Set<FakeStream>()
  const streams = Array.from({ length: count }, () => new FakeStream(open))
  return { drain: new Drain({ streams: () => open, window: () => WINDOW }), streams, open }
}
