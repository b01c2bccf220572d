import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { passTurns } from '../../test/support/clients/hub-client.ts'
import { MemoryBudget, type Reservation } from './memory-budget.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})

afterEach(() => {
  vi.useRealTimers()
})

/** Holders of reservations by name, with those that were revoked. */
class Holders {
  readonly budget: MemoryBudget
  readonly revoked: string[] = []
  readonly held = new Map<string, Reservation>()
  readonly waiting = new Set<string>()
  /** Names of those that do not free their memory. */
  readonly keeping = new Set<string>()

  constructor(limit: number) {
    this.budget = new MemoryBudget(limit)
  }

  async ask(name: string, bytes: number, signal?: AbortSignal): Promise<void> {
    const revoke = () => {
      if (this.keeping.has(name)) return false
      this.revoked.push(name)
      return this.held.delete(name)
    }
    this.waiting.add(name)
    const reservation = await this.budget.reserve(bytes, revoke, signal)
    this.waiting.delete(name)
    if (reservation === undefined) return
    this.held.set(name, reservation)
    this.budget.fill(reservation, bytes)
  }

  markIdle(name: string): void {
    this.budget.markIdle(this.held.get(name)!)
  }

  markUsed(name: string): void {
    this.budget.markUsed(this.held.get(name)!)
  }

  release(name: string): void {
    this.budget.release(this.held.get(name)!)
    this.held.delete(name)
  }
}

async function pass(milliseconds: number): Promise<void> {
  vi.advanceTimersByTime(milliseconds)
  await passTurns()
}

test('a request without room waits in line, a small one behind a large one too', async () => {
  const holders = new Holders(100)
  await holders.ask('first', 80)
  void holders.ask('large', 50)
  void holders.ask('small', 10)
  await passTurns()
  expect([...holders.held.keys()]).toEqual(['first'])
  expect(holders.budget.tryReserve(10, () => true)).toBeUndefined()
  holders.release('first')
  await passTurns()
  expect([...holders.held.keys()]).toEqual(['large', 'small'])
  expect([holders.budget.used, holders.revoked]).toEqual([60, []])
})

test('idle reservations are revoked at once, the longest idle first', async () => {
  const holders = new Holders(100)
  for (const name of ['a', 'b', 'c']) await holders.ask(name, 30)
  for (const name of ['c', 'a', 'b']) holders.markIdle(name)
  holders.markUsed('c')
  await holders.ask('d', 40)
  expect([holders.revoked, holders.budget.used]).toEqual([['a'], 100])
})

test('reservations in use for a second are revoked once another request has waited for as long', async () => {
  const holders = new Holders(100)
  await holders.ask('old', 50)
  await pass(500)
  await holders.ask('young', 50)
  await pass(300)
  void holders.ask('waiting', 60)
  await pass(900)
  expect(holders.revoked).toEqual([])
  await pass(200)
  // The older one alone does not make room, and the younger one has had its second by now.
  expect(holders.revoked).toEqual(['old', 'young'])
  expect(holders.held.has('waiting')).toBe(true)
})

test('a holder that does not free its memory keeps it, and the next oldest is revoked', async () => {
  const holders = new Holders(100)
  for (const name of ['first', 'second']) await holders.ask(name, 50)
  holders.keeping.add('first')
  void holders.ask('waiting', 50)
  await pass(1_200)
  expect([holders.revoked, [...holders.held.keys()]]).toEqual([['second'], ['first', 'waiting']])
  expect(holders.budget.used).toBe(100)
})

test('a reservation that is being filled is never revoked', async () => {
  const budget = new MemoryBudget(100)
  const filling = budget.tryReserve(100, () => expect.unreachable())!
  const waiting = budget.reserve(10, () => true)
  await pass(5_000)
  budget.fill(filling, 20)
  expect(await waiting).toBeDefined()
  expect(budget.used).toBe(30)
})

test('a request beyond the whole budget is granted when nothing else is held', async () => {
  const holders = new Holders(100)
  await holders.ask('usual', 10)
  void holders.ask('huge', 1_000)
  await passTurns()
  expect(holders.held.has('huge')).toBe(false)
  holders.release('usual')
  await passTurns()
  expect([holders.held.has('huge'), holders.budget.used]).toEqual([true, 1_000])
})

test('a deadline ends the waiting, and the next request moves up', async () => {
  const holders = new Holders(100)
  await holders.ask('first', 60)
  const deadline = new AbortController()
  void holders.ask('impatient', 90, deadline.signal)
  void holders.ask('next', 40)
  await passTurns()
  deadline.abort()
  holders.release('first')
  await passTurns()
  expect([...holders.held.keys()]).toEqual(['next'])
})

test('a request whose deadline is over is granted at once or not at all', async () => {
  const holders = new Holders(100)
  await holders.ask('first', 60, AbortSignal.abort())
  void holders.ask('second', 60, AbortSignal.abort())
  await passTurns()
  expect([[...holders.held.keys()], [...holders.waiting]]).toEqual([['first'], []])
})

test('requests that wait when the budget closes are not granted', async () => {
  const holders = new Holders(100)
  await holders.ask('first', 60)
  void holders.ask('waiting', 60)
  await passTurns()
  holders.budget.close()
  await passTurns()
  expect([[...holders.held.keys()], [...holders.waiting]]).toEqual([['first'], []])
  expect(vi.getTimerCount()).toBe(0)
})

test('the time of an idle reservation begins when it becomes idle', async () => {
  const holders = new Holders(100)
  await holders.ask('long', 10)
  await pass(60_000)
  holders.markIdle('long')
  holders.budget.evictIdle(performance.now() + 4_000)
  expect(holders.revoked).toEqual([])
})

test('the time of a reservation in use begins when it is filled', async () => {
  const budget = new MemoryBudget(100)
  const revoked: string[] = []
  const slow = budget.tryReserve(100, () => revoked.push('slow') > 0)!
  await pass(60_000)
  const waiting = budget.reserve(50, () => true)
  await pass(1_500)
  budget.fill(slow, 100)
  await pass(500)
  expect(revoked).toEqual([])
  await pass(1_000)
  expect(revoked).toEqual(['slow'])
  expect(await waiting).toBeDefined()
})

test('idle reservations are revoked within seconds', async () => {
  const holders = new Holders(100)
  await holders.ask('used', 10)
  await holders.ask('idle', 10)
  holders.markIdle('idle')
  holders.budget.evictIdle(performance.now() + 4_000)
  expect(holders.revoked).toEqual([])
  holders.budget.evictIdle(performance.now() + 6_000)
  expect([holders.revoked, holders.budget.used]).toEqual([['idle'], 10])
})

test('the bound holds under any sequence of calls, and all memory is freed in the end', async () => {
  const step = fc.record({
    kind: fc.constantFrom(
      'ask' as const,
      'markIdle' as const,
      'markUsed' as const,
      'release' as const,
      'wait' as const,
    ),
    name: fc.nat(9).map(String),
    bytes: fc.integer({ min: 1, max: 120 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (script) => {
      const holders = new Holders(100)
      for (const { kind, name, bytes } of script) {
        const isHeld = holders.held.has(name)
        if (kind === 'wait') await pass(bytes * 20)
        else if (kind !== 'ask' && isHeld) holders[kind](name)
        else if (kind === 'ask' && !isHeld && !holders.waiting.has(name)) {
          void holders.ask(name, bytes)
        }
        await passTurns()
        expect(holders.budget.used <= 100 || holders.held.size === 1).toBe(true)
      }
      for (let round = 0; round < 60; round++) {
        for (const name of holders.held.keys()) holders.release(name)
        await passTurns()
      }
      expect(holders.budget.used).toBe(0)
    }),
    { numRuns: 200 },
  )
})
