import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { passTurns } from '../../test/support/clients/hub-client.ts'
import { numbers, openTail, roomyMemory } from '../../test/support/open-tail.ts'
import { ScriptedLog } from '../../test/support/scripted-log.ts'
import { resumeFrom } from '../../test/support/stream-request.ts'
import { holdClock } from '../../test/support/test-hub.ts'
import { LogUnavailable } from '../log/event-log.ts'
import { poll, type PollAnswer } from './poll.ts'
import { MemoryBudget } from './memory-budget.ts'
import type { Start } from './reader.ts'
import type { Tail } from './tail.ts'

interface Ask {
  readonly tails: readonly Tail[]
  readonly cursor?: string | undefined
  readonly from?: Start['from']
  readonly limit?: number
  readonly deadline?: AbortSignal
  readonly budget?: MemoryBudget
}

type Answer = Omit<PollAnswer, 'release'>

async function ask({ tails, cursor, from, limit = 100, deadline, budget }: Ask): Promise<Answer> {
  const start = resumeFrom(cursor, tails.length, from)
  const { release, ...answer } = await poll(tails, budget ?? roomyMemory().answers, {
    start,
    limit,
    deadline: deadline ?? new AbortController().signal,
    cut: () => true,
  })
  release()
  return answer
}

function dataOf({ events }: Answer): unknown[] {
  return events.map((text) => (JSON.parse(text) as { data: unknown }).data)
}

/** Holds the answer once there is one. */
function watch(answer: Promise<Answer>): { answer: Answer | undefined } {
  const watched: { answer: Answer | undefined } = { answer: undefined }
  void answer.then((settled) => (watched.answer = settled))
  return watched
}

async function setUp(): Promise<{ log: ScriptedLog; tails: Tail[]; positions: readonly string[] }> {
  const log = new ScriptedLog()
  const positions = log.history.publish('a', '1', '2', '3')
  return { log, tails: [await openTail(log)], positions }
}

test('a first poll answers at once with the cursor to start from', async () => {
  const { tails, positions } = await setUp()
  const cursor = positions[2]
  expect(await ask({ tails })).toEqual({ events: [], gaps: [], cursor, more: false })
  expect(dataOf(await ask({ tails, from: 'earliest' }))).toEqual(['1', '2', '3'])
  expect(dataOf(await ask({ tails, from: { last: 1 } }))).toEqual(['3'])
})

test('a poll with events answers at once, each with its id, channel, name, data and time', async () => {
  const { tails, positions } = await setUp()
  const { events, cursor, more } = await ask({ tails, cursor: positions[1] })
  expect(events).toEqual([
    `{"id":"${positions[2]}","channel":"a","event":"message","data":"3","time":"1970-01-01T00:00:03.000Z"}`,
  ])
  expect([cursor, more]).toEqual([positions[2], false])
})

test('a poll without events is held until there are some, and answers with all of the same tick', async () => {
  const { log, tails, positions } = await setUp()
  const held = watch(ask({ tails, cursor: positions[2] }))
  await passTurns(5)
  expect(held.answer).toBeUndefined()
  log.history.publish('a', '4')
  for (let microtasks = 0; microtasks < 10; microtasks++) await Promise.resolve()
  log.history.publish('a', '5')
  await passTurns(3)
  expect(dataOf(held.answer!)).toEqual(['4', '5'])
  expect(tails[0]!.listeners.size).toBe(0)
})

test('any of several channels ends the wait', async () => {
  const { log, tails, positions } = await setUp()
  tails.push(await openTail(log, 'b'))
  const held = watch(ask({ tails, cursor: `${positions[2]}.${log.history.top('b')}` }))
  await passTurns(2)
  log.history.publish('b', 'x')
  await passTurns(4)
  expect(dataOf(held.answer!)).toEqual(['x'])
  expect(held.answer!.cursor).toBe(`${positions[2]}.${log.history.top('b')}`)
})

test('when the wait is over, the answer is empty and has the same cursor', async () => {
  const { tails, positions } = await setUp()
  const wait = new AbortController()
  const held = watch(ask({ tails, cursor: positions[2], deadline: wait.signal }))
  await passTurns(3)
  wait.abort()
  await passTurns(3)
  expect(held.answer).toEqual({ events: [], gaps: [], cursor: positions[2], more: false })
  expect(tails[0]!.listeners.size).toBe(0)
  const { cursor } = await ask({ tails, cursor: positions[2], deadline: AbortSignal.abort() })
  expect(cursor).toBe(positions[2])
})

test('a gap is answered at once, with the events behind it', async () => {
  const { log, positions } = await setUp()
  log.history.trim('a', 2)
  const answer = await ask({ tails: [await openTail(log)], cursor: positions[0] })
  expect(answer.gaps).toMatchObject([{ channel: 'a', reason: 'trimmed', missed: 1 }])
  expect(dataOf(answer)).toEqual(['3'])
})

test('a gap without events behind it is answered at once', async () => {
  const { log, positions } = await setUp()
  log.history.trim('a', 3)
  const answer = await ask({ tails: [await openTail(log)], cursor: positions[0] })
  expect(answer).toMatchObject({ events: [], gaps: [{ missed: 2 }], cursor: positions[2] })
})

test('a history that forks while a poll is held ends the wait with a gap', async () => {
  const { log, tails, positions } = await setUp()
  const held = watch(ask({ tails, cursor: positions[2] }))
  await passTurns(2)
  log.history.flush()
  log.invalidate()
  await passTurns(4)
  expect(held.answer?.gaps).toMatchObject([{ channel: 'a', reason: 'epoch-lost' }])
  expect(held.answer?.cursor).toBe(log.history.top('a'))
})

test('a history that forks while a poll reads it is one gap, and no later event is lost', async () => {
  const { log, tails, positions } = await setUp()
  log.answering = 'held'
  log.areRepliesLate = true
  const held = watch(ask({ tails, cursor: positions[0] }))
  await passTurns(2)
  log.history.flush()
  log.history.publish('a', 'new')
  for (let round = 0; round < 4; round++) {
    log.release()
    await passTurns(2)
  }
  log.answering = 'at-once'
  log.release()
  await passTurns(4)
  const first = held.answer!
  const second = await ask({ tails, cursor: first.cursor, deadline: AbortSignal.abort() })
  const reasons = [...first.gaps, ...second.gaps].map(({ reason }) => reason)
  expect([reasons, [...dataOf(first), ...dataOf(second)]]).toEqual([['epoch-lost'], ['new']])
})

test('a limit cuts the answer, more is true, and the next answer goes on without a hole', async () => {
  const { log, tails, positions } = await setUp()
  log.history.publish('a', ...numbers(4, 40))
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 60 }), async (limit) => {
      const got: unknown[] = []
      let cursor = positions[0]
      for (let more = true; more;) {
        const answer = await ask({ tails, cursor, limit })
        expect(answer.events.length).toBeLessThanOrEqual(limit)
        got.push(...dataOf(answer))
        cursor = answer.cursor
        more = answer.more
      }
      expect(got).toEqual(numbers(2, 40))
    }),
    { numRuns: 30 },
  )
})

test('an answer holds 1 MiB at most, or one event', async () => {
  const length = fc.oneof(fc.nat(400_000), fc.integer({ min: 900_000, max: 1_500_000 }))
  await fc.assert(
    fc.asyncProperty(fc.array(length, { minLength: 1, maxLength: 5 }), async (lengths) => {
      const log = new ScriptedLog()
      let cursor = log.history.top('a')
      // Three bytes each as JSON, so that characters and bytes differ.
      for (const size of lengths) log.history.publish('a', '\u{20ac}'.repeat(size / 3))
      const tails = [await openTail(log)]
      let count = 0
      for (let more = true; more;) {
        const answer = await ask({ tails, cursor })
        const text = `{"events":[${answer.events.join(',')}],"gaps":[],"cursor":"${cursor}"}`
        const isOne = answer.events.length === 1
        expect(isOne || Buffer.byteLength(text) <= 1024 * 1024).toBe(true)
        count += answer.events.length
        cursor = answer.cursor
        more = answer.more
      }
      expect(count).toBe(lengths.length)
    }),
    { numRuns: 20 },
  )
})

test('an answer waits for memory until the deadline, and leaves the events for the next poll', async () => {
  const { tails, positions } = await setUp()
  const budget = new MemoryBudget(100)
  const holder = budget.tryReserve(50, () => true)
  const wait = new AbortController()
  const held = watch(ask({ tails, cursor: positions[0], budget, deadline: wait.signal }))
  await passTurns(5)
  expect(held.answer).toBeUndefined()
  wait.abort()
  await passTurns(2)
  expect(held.answer).toEqual({ events: [], gaps: [], cursor: positions[0], more: true })

  budget.release(holder!)
  // A request beyond the whole budget is granted once nothing else is held.
  expect(dataOf(await ask({ tails, cursor: positions[0], budget }))).toEqual(['2', '3'])
  expect(budget.used).toBe(0)
})

test('the memory of an answer is held until it is released, and cut if others need it', async () => {
  using clock = holdClock()
  const { tails, positions } = await setUp()
  const budget = new MemoryBudget(2.5 * 1024 ** 2)
  let cuts = 0
  const start = resumeFrom(positions[0])
  const deadline = new AbortController().signal
  const answer = await poll(tails, budget, { start, limit: 9, deadline, cut: () => ++cuts > 0 })
  expect(budget.used).toBe(Buffer.byteLength(`${answer.events.join(',')},`))

  const next = budget.reserve(2.5 * 1024 ** 2, () => true)
  clock.pass(900)
  await passTurns()
  expect(cuts).toBe(0)
  clock.pass(300)
  expect(await next).toBeDefined()
  expect(cuts).toBe(1)
  answer.release()
  expect(budget.used).toBe(2.5 * 1024 ** 2)
})

test('an answer that the log breaks off in the middle holds no memory', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', ...numbers(1, 200).map((data) => data.padStart(10_000)))
  const tails = [await openTail(log)]
  const budget = new MemoryBudget(64 * 1024 ** 2)
  const read = log.read.bind(log)
  log.read = async (channel, range) => {
    // The first page is there, and the answer has room for another.
    if (range.after > 0) throw new LogUnavailable('the script says so')
    return read(channel, range)
  }
  await expect(ask({ tails, from: 'earliest', budget })).rejects.toThrow(LogUnavailable)
  expect(budget.used).toBe(0)
})
