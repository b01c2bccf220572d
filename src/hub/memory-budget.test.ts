import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { passTurns } from '../../test/support/clients/hub-client.ts'
import { MemoryBudget, type Claim } from './memory-budget.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})

afterEach(() => {
  vi.useRealTimers()
})

/** Notes who was revoked, and who holds what was asked for. */
class Holders {
  readonly memory: MemoryBudget
  readonly revoked: string[] = []
  readonly held = new Map<string, Claim>()
  readonly waiting = new Set<string>()
  /** Those who do not let go. */
  readonly clinging = new Set<string>()

  constructor(limit: number) {
    this.memory = new MemoryBudget(limit)
  }

  async ask(name: string, bytes: number, signal?: AbortSignal): Promise<void> {
    const revoke = () => {
      if (this.clinging.has(name)) return false
      this.revoked.push(name)
      return this.held.delete(name)
    }
    this.waiting.add(name)
    const claim = await this.memory.claim(bytes, revoke, signal)
    this.waiting.delete(name)
    if (claim === undefined) return
    this.held.set(name, claim)
    this.memory.fill(claim, bytes)
  }

  rest(name: string): void {
    this.memory.rest(this.held.get(name)!)
  }

  use(name: string): void {
    this.memory.use(this.held.get(name)!)
  }

  release(name: string): void {
    this.memory.release(this.held.get(name)!)
    this.held.delete(name)
  }
}

async function pass(milliseconds: number): Promise<void> {
  vi.advanceTimersByTime(milliseconds)
  await passTurns()
}

test('who finds no room waits in line until there is, small ones behind large ones too', async () => {
  const holders = new Holders(100)
  await holders.ask('first', 80)
  void holders.ask('large', 50)
  void holders.ask('small', 10)
  await passTurns()
  expect([...holders.held.keys()]).toEqual(['first'])
  expect(holders.memory.tryClaim(10, () => true)).toBeUndefined()
  holders.release('first')
  await passTurns()
  expect([...holders.held.keys()]).toEqual(['large', 'small'])
  expect([holders.memory.used, holders.revoked]).toEqual([60, []])
})

test('what nobody uses goes at once, the longest unused first', async () => {
  const holders = new Holders(100)
  for (const name of ['a', 'b', 'c']) await holders.ask(name, 30)
  for (const name of ['c', 'a', 'b']) holders.rest(name)
  holders.use('c')
  await holders.ask('d', 40)
  expect([holders.revoked, holders.memory.used]).toEqual([['a'], 100])
})

test('what is used goes once others have waited for a second, if it was used for as long', async () => {
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

test('who does not let go keeps what it holds, and the next oldest is asked', async () => {
  const holders = new Holders(100)
  for (const name of ['first', 'second']) await holders.ask(name, 50)
  holders.clinging.add('first')
  void holders.ask('waiting', 50)
  await pass(1_200)
  expect([holders.revoked, [...holders.held.keys()]]).toEqual([['second'], ['first', 'waiting']])
  expect(holders.memory.used).toBe(100)
})

test('a claim that is being filled is never revoked', async () => {
  const memory = new MemoryBudget(100)
  const filling = memory.tryClaim(100, () => expect.unreachable())!
  const waiting = memory.claim(10, () => true)
  await pass(5_000)
  memory.fill(filling, 20)
  expect(await waiting).toBeDefined()
  expect(memory.used).toBe(30)
})

test('what is larger than the whole is granted when nothing else is held', async () => {
  const holders = new Holders(100)
  await holders.ask('usual', 10)
  void holders.ask('huge', 1_000)
  await passTurns()
  expect(holders.held.has('huge')).toBe(false)
  holders.release('usual')
  await passTurns()
  expect([holders.held.has('huge'), holders.memory.used]).toEqual([true, 1_000])
})

test('a signal ends the waiting, and whoever stands behind moves up', async () => {
  const holders = new Holders(100)
  await holders.ask('first', 60)
  const patience = new AbortController()
  void holders.ask('impatient', 90, patience.signal)
  void holders.ask('next', 40)
  await passTurns()
  patience.abort()
  holders.release('first')
  await passTurns()
  expect([...holders.held.keys()]).toEqual(['next'])
})

test('what was left at rest is gone within seconds', async () => {
  const holders = new Holders(100)
  await holders.ask('used', 10)
  await holders.ask('idle', 10)
  holders.rest('idle')
  holders.memory.evictIdle(performance.now() + 4_000)
  expect(holders.revoked).toEqual([])
  holders.memory.evictIdle(performance.now() + 6_000)
  expect([holders.revoked, holders.memory.used]).toEqual([['idle'], 10])
})

test('whatever is asked, used and given back, the bound holds, and all comes back', async () => {
  const step = fc.record({
    kind: fc.constantFrom(
      'ask' as const,
      'rest' as const,
      'use' as const,
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
        expect(holders.memory.used <= 100 || holders.held.size === 1).toBe(true)
      }
      for (let round = 0; round < 60; round++) {
        for (const name of holders.held.keys()) holders.release(name)
        await passTurns()
      }
      expect(holders.memory.used).toBe(0)
    }),
    { numRuns: 200 },
  )
})
