import { expect, test } from 'vitest'
import { passTurns } from '../../test/support/clients/hub-client.ts'
import { numbers, openTail, readAfter, positionAt, resumeAt } from '../../test/support/open-tail.ts'
import { ScriptedLog } from '../../test/support/scripted-log.ts'
import { LogUnavailable } from '../log/event-log.ts'
import { HistoryBudget } from './history-budget.ts'
import { NO_WAIT } from './page-cache.ts'
import { Tail } from './tail.ts'

test('simultaneous requests, at any depth, share their reads', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', ...numbers(1, 500))
  const tail = await openTail(log)
  const reads = log.reads.length
  const afters = Array.from({ length: 1_000 }, (_, index) => (index * 7 + 250) % 500)
  const pages = await Promise.all(afters.map((after) => tail.pages.acquire(after)))
  expect(pages.map((page, index) => page?.eventAt(afters[index]! + 1)?.data)).toEqual(
    afters.map((after) => String(after + 1)),
  )
  // One read for the first request, one for all requests that came meanwhile.
  expect(log.reads.length - reads).toBeLessThanOrEqual(2)
  await tail.pages.acquire(0)
  expect(log.reads.length - reads).toBeLessThanOrEqual(2)
})

test('a history longer than a page is read page by page, once', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', ...numbers(1, 2_500))
  const tail = await openTail(log)
  const reads = log.reads.length
  for (let reader = 0; reader < 3; reader++) {
    expect(await readAfter(tail, 100)).toEqual(numbers(101, 2_500))
  }
  expect(log.reads.slice(reads).map(({ after }) => after)).toEqual([100, 1_100, 2_100])
})

test('a request far below or above the others waits for them, and is served', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', ...numbers(1, 20_000))
  const tail = await openTail(log)
  log.answering = 'held'
  const afters = [15_000, 9, 15_900, 14_500, 19_999, 13_000]
  const pages = afters.map((after) => tail.pages.acquire(after))
  await passTurns()
  log.answering = 'at-once'
  log.release()
  for (const [index, page] of (await Promise.all(pages)).entries()) {
    expect(page?.eventAt(afters[index]! + 1)?.data).toBe(String(afters[index]! + 1))
  }
})

test('a read that fails can be tried again, and holds no memory', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1', '2')
  const { tail, budget } = await openInMemory(log, 1024 ** 2)
  log.answering = 'failing'
  await expect(tail.pages.acquire(0)).rejects.toThrow(LogUnavailable)
  expect(budget.pages.budget.used).toBe(0)
  log.answering = 'at-once'
  expect(await readAfter(tail, 0)).toEqual(['1', '2'])
})

test('events that were trimmed before they were read are in no page, and those behind them are', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', ...numbers(1, 2_000))
  const tail = await openTail(log)
  log.history.trim('a', 1_500)
  expect(await tail.pages.acquire(1_000)).toBeUndefined()
  expect(resumeAt(tail, positionAt(tail, 1_000)).gaps).toMatchObject([{ missed: 500 }])
  expect(await readAfter(tail, 1_500)).toEqual(numbers(1_501, 2_000))
})

test('a log that has lost its tail gives no page, and the fork is found', async () => {
  const log = new ScriptedLog()
  const positions = numbers(1, 10).flatMap((data) => log.history.publish('a', data))
  const tail = await openTail(log)
  log.history.failOver(2)
  expect(await tail.pages.acquire(3)).toBeUndefined()
  expect([tail.top, tail.generation]).toEqual([8, 1])
  expect(resumeAt(tail, positions.at(-1))).toMatchObject({ after: 8, gaps: [{ reason: 'ahead' }] })
})

test('a tail catches up with a log that was trimmed beyond the known top', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', ...numbers(1, 10))
  const tail = await openTail(log)
  log.notifying = 'lost'
  log.history.publish('a', ...numbers(11, 20))
  log.history.trim('a', 15)
  expect(await tail.pages.acquire(3)).toBeUndefined()
  expect([tail.oldest, tail.top]).toEqual([16, 20])
  expect(await readAfter(tail, 15)).toEqual(numbers(16, 20))
})

test('no page outlives the history that it was read from', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', ...numbers(1, 5))
  log.history.publish('a', ...numbers(6, 10).map((data) => `old ${data}`))
  const tail = await openTail(log)
  const [held, late] = [await tail.pages.acquire(2), tail.pages.acquire(20)]
  log.answering = 'held'
  log.areRepliesLate = true
  log.history.failOver(1)
  log.history.publish('a', ...numbers(6, 10).map((data) => `new ${data}`))
  await passTurns()
  log.answering = 'at-once'
  log.release()
  await late
  await passTurns(2)
  expect([held?.covers(2), tail.generation]).toEqual([false, 1])
  expect(await readAfter(tail, 4)).toEqual(['5', ...numbers(6, 10).map((data) => `new ${data}`)])
})

test('an event that the tail does not know yet is in no page, since it may be lost unnoticed', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const tail = await openTail(log)
  log.notifying = 'lost'
  log.history.publish('a', 'lost')
  await tail.pages.acquire(0)
  log.history.failOver(1)
  log.history.publish('a', 'other')
  tail.sync.invalidate()
  await passTurns()
  expect(await readAfter(tail, 0)).toEqual(['1', 'other'])
})

test('pages stay within their memory, and one that is used long makes room for others', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', ...numbers(1, 400).map((data) => data.padStart(4_000)))
  const { tail, budget } = await openInMemory(log, 1024 ** 2)
  const held = []
  for (let after = 0; ; after = held.at(-1)!.last) {
    const page = await tail.pages.acquire(after, { deadline: NO_WAIT })
    if (page === undefined) break
    held.push(page)
  }
  expect(held.length).toBeGreaterThan(10)
  expect(budget.pages.budget.used).toBeLessThanOrEqual(1024 ** 2 / 2)

  const next = await tail.pages.acquire(held.at(-1)!.last)
  expect(next?.covers(held.at(-1)!.last)).toBe(true)
  expect(budget.pages.budget.used).toBeLessThanOrEqual(1024 ** 2 / 2)
  // The oldest is dropped although a reader holds it, and is read again on request.
  const [first] = held
  expect([first!.covers(0), first!.eventAt(1)]).toEqual([false, undefined])
  for (const page of [...held, next!]) tail.pages.release(page)
  expect((await tail.pages.acquire(0))?.covers(0)).toBe(true)
})

test('a page that is read for a closed channel holds no memory', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', ...numbers(1, 2_000))
  const { tail, budget } = await openInMemory(log, 1024 ** 2)
  await tail.pages.acquire(0)
  log.answering = 'held'
  const late = tail.pages.acquire(1_500)
  await passTurns()
  tail.close()
  log.release()
  expect(await late).toBeUndefined()
  expect(budget.pages.budget.used).toBe(0)
})

test('a page that was read for nobody is freed once others have not asked for it for a while', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', ...numbers(1, 2_000))
  const { tail, budget } = await openInMemory(log, 64 * 1024 ** 2)
  log.history.trim('a', 1_500)
  // The page begins behind the event that was asked for.
  expect(await tail.pages.acquire(1_200)).toBeUndefined()
  budget.evictIdle(performance.now() + 6_000)
  expect(budget.pages.budget.used).toBe(0)
})

test('a page that is used again is not dropped for a request that does not wait', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', ...numbers(1, 100))
  const { tail, budget } = await openInMemory(log, 1024 ** 2)
  tail.pages.release((await tail.pages.acquire(0))!)
  const again = await tail.pages.acquire(50)
  expect(budget.pages.budget.tryReserve(1024 ** 2 / 2, () => true)).toBeUndefined()
  expect(again?.covers(50)).toBe(true)
})

test('a request that came before the memory was short is answered at its deadline, too', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', ...numbers(1, 20_000))
  const { tail, budget } = await openInMemory(log, 1024 ** 2)
  log.answering = 'held'
  const first = tail.pages.acquire(19_000)
  let isPatientServed = false
  const patient = tail.pages.acquire(10_000).finally(() => {
    isPatientServed = true
  })
  const deadline = new AbortController()
  const bounded = tail.pages.acquire(0, { deadline: deadline.signal })
  await passTurns()
  const { used } = budget.pages.budget
  const rest = budget.pages.budget.tryReserve(1024 ** 2 / 2 - used, () => false)!
  log.answering = 'at-once'
  log.release()
  expect((await first)?.covers(19_000)).toBe(true)
  await passTurns()
  deadline.abort()
  expect([await bounded, isPatientServed]).toEqual([undefined, false])
  budget.pages.budget.release(rest)
  expect((await patient)?.covers(10_000)).toBe(true)
})

test('a request that will not wait is answered at once while others wait for memory', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', ...numbers(1, 100))
  const { tail, budget } = await openInMemory(log, 1024 ** 2)
  const all = budget.pages.budget.tryReserve(1024 ** 2 / 2, () => true)!
  const patient = tail.pages.acquire(0)
  await passTurns()
  expect(await tail.pages.acquire(50, { deadline: NO_WAIT })).toBeUndefined()
  const deadline = new AbortController()
  const waiting = tail.pages.acquire(50, { deadline: deadline.signal })
  deadline.abort()
  expect(await waiting).toBeUndefined()
  budget.pages.budget.release(all)
  expect((await patient)?.covers(0)).toBe(true)
})

test('no page is read for requests whose clients left while they waited', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', ...numbers(1, 20_000))
  const { tail, budget } = await openInMemory(log, 1024 ** 2)
  const all = budget.pages.budget.tryReserve(1024 ** 2 / 2, () => true)!
  const reads = log.reads.length
  let isWanted = true
  const afters = Array.from({ length: 19 }, (_, index) => 1_000 * index)
  const leaving = afters.map((after) => tail.pages.acquire(after, { isWanted: () => isWanted }))
  const staying = tail.pages.acquire(19_000)
  await passTurns()
  isWanted = false
  budget.pages.budget.release(all)

  expect((await staying)?.covers(19_000)).toBe(true)
  expect(new Set(await Promise.all(leaving))).toEqual(new Set([undefined]))
  expect(log.reads.slice(reads).map(({ after }) => after)).toEqual([19_000])
})

async function openInMemory(
  log: ScriptedLog,
  readMemory: number,
): Promise<{ tail: Tail; budget: HistoryBudget }> {
  const budget = new HistoryBudget({ readMemory, bodyLimit: 4_000 }, () => ({
    historyEvents: 1_000,
  }))
  const tail = new Tail(log, 'a', budget, () => {})
  await tail.sync.open()
  return { tail, budget }
}
