import { expect, test } from 'vitest'
import { passTurns } from '../../test/support/clients/hub-client.ts'
import { roomyMemory } from '../../test/support/open-tail.ts'
import { ScriptedLog } from '../../test/support/scripted-log.ts'
import { holdClock } from '../../test/support/test-hub.ts'
import { TailRegistry } from './tail-registry.ts'

test('users of a channel at the same time share its tail', () => {
  const tails = new TailRegistry(new ScriptedLog(), roomyMemory(), () => {})
  const [a] = tails.acquire(['a'])
  const [sameA, b] = tails.acquire(['a', 'b'])
  expect(sameA).toBe(a)
  expect(b).not.toBe(a)
  expect(tails.size).toBe(2)
})

test('a tail without users stays open for its next user', async () => {
  using clock = holdClock()
  const log = new ScriptedLog()
  const tails = new TailRegistry(log, roomyMemory(), () => {})
  const first = tails.acquire(['a'])
  await first[0]!.sync.open()
  tails.release(first)
  clock.pass(4_000)
  tails.evictIdle(performance.now())
  const [again] = tails.acquire(['a'])
  expect(again).toBe(first[0])
  clock.pass(60_000)
  tails.evictIdle(performance.now())
  expect(log.followers('a')).toBe(1)
})

test('a tail that is idle for long is closed, and its next user gets a new one', async () => {
  using clock = holdClock()
  const log = new ScriptedLog()
  const tails = new TailRegistry(log, roomyMemory(), () => {})
  const first = tails.acquire(['a'])
  const second = tails.acquire(['a'])
  await first[0]!.sync.open()
  tails.release(first)
  clock.pass(60_000)
  tails.evictIdle(performance.now())
  expect(log.followers('a')).toBe(1)
  tails.release(second)
  clock.pass(6_000)
  tails.evictIdle(performance.now())
  expect([tails.size, log.followers('a')]).toEqual([0, 0])
  const [next] = tails.acquire(['a'])
  expect(next).not.toBe(first[0])
  await next!.sync.open()
  expect(log.followers('a')).toBe(1)
})

test('a walk over channel names leaves a bounded number of idle tails', async () => {
  using clock = holdClock()
  const log = new ScriptedLog()
  const tails = new TailRegistry(log, roomyMemory(), () => {})
  for (let round = 0; round < 3; round++) {
    for (let name = 0; name < 2_500; name++) {
      const walked = tails.acquire([`walk-${round}-${name}`])
      await walked[0]!.sync.open()
      tails.release(walked)
    }
    expect(tails.size).toBe(1_000)
    // Tails that are used again make room for others, and the room comes back with them.
    const used = tails.acquire([`walk-${round}-0`, `walk-${round}-1`])
    tails.release(tails.acquire(['x']))
    tails.release(tails.acquire(['y']))
    expect(tails.size).toBe(1_002)
    tails.release(used)
    expect(tails.size).toBe(1_000)
    clock.pass(6_000)
    tails.evictIdle(performance.now())
    expect(tails.size).toBe(0)
  }
})

test('closing all tails ends their subscriptions', async () => {
  const log = new ScriptedLog()
  const tails = new TailRegistry(log, roomyMemory(), () => {})
  const used = tails.acquire(['a', 'b'])
  await Promise.all(used.map((tail) => tail.sync.open()))
  tails.close()
  await passTurns()
  tails.release(used)
  expect([tails.size, log.followers('a'), log.followers('b')]).toEqual([0, 0, 0])
})
