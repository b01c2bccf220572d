import { expect, test } from 'vitest'
import { passTurns } from '../../test/support/clients/hub-client.ts'
import { roomyMemory } from '../../test/support/open-tail.ts'
import { ScriptedLog } from '../../test/support/scripted-log.ts'
import { holdClock } from '../../test/support/test-hub.ts'
import { TailRegistry, type TailUser } from './tail-registry.ts'

/** A user of these channels. */
function acquire(registry: TailRegistry, ...channels: readonly string[]): TailUser {
  return registry.acquire(channels, (tails) => ({ tails }))
}

test('users of a channel at the same time share its tail', () => {
  const tails = new TailRegistry(new ScriptedLog(), roomyMemory(), () => {})
  const [a] = acquire(tails, 'a').tails
  const [sameA, b] = acquire(tails, 'a', 'b').tails
  expect(sameA).toBe(a)
  expect(b).not.toBe(a)
  expect(tails.size).toBe(2)
})

test('a tail without users stays open for its next user', async () => {
  using clock = holdClock()
  const log = new ScriptedLog()
  const tails = new TailRegistry(log, roomyMemory(), () => {})
  const first = acquire(tails, 'a')
  await first.tails[0]!.sync.open()
  tails.release(first)
  clock.pass(4_000)
  tails.evictIdle(performance.now())
  const [again] = acquire(tails, 'a').tails
  expect(again).toBe(first.tails[0])
  clock.pass(60_000)
  tails.evictIdle(performance.now())
  expect(log.followers('a')).toBe(1)
})

test('a tail that is idle for long is closed, and its next user gets a new one', async () => {
  using clock = holdClock()
  const log = new ScriptedLog()
  const tails = new TailRegistry(log, roomyMemory(), () => {})
  const first = acquire(tails, 'a')
  const second = acquire(tails, 'a')
  await first.tails[0]!.sync.open()
  tails.release(first)
  clock.pass(60_000)
  tails.evictIdle(performance.now())
  expect(log.followers('a')).toBe(1)
  tails.release(second)
  clock.pass(6_000)
  tails.evictIdle(performance.now())
  expect([tails.size, log.followers('a')]).toEqual([0, 0])
  const [next] = acquire(tails, 'a').tails
  expect(next).not.toBe(first.tails[0])
  await next!.sync.open()
  expect(log.followers('a')).toBe(1)
})

test('a walk over channel names leaves a bounded number of idle tails', async () => {
  using clock = holdClock()
  const log = new ScriptedLog()
  const tails = new TailRegistry(log, roomyMemory(), () => {})
  for (let round = 0; round < 3; round++) {
    for (let name = 0; name < 2_500; name++) {
      const walked = acquire(tails, `walk-${round}-${name}`)
      await walked.tails[0]!.sync.open()
      tails.release(walked)
    }
    expect(tails.size).toBe(1_000)
    // Tails that are used again make room for others, and the room comes back with them.
    const used = acquire(tails, `walk-${round}-0`, `walk-${round}-1`)
    tails.release(acquire(tails, 'x'))
    tails.release(acquire(tails, 'y'))
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
  const used = acquire(tails, 'a', 'b')
  await Promise.all(used.tails.map((tail) => tail.sync.open()))
  tails.close()
  await passTurns()
  tails.release(used)
  expect([tails.size, log.followers('a'), log.followers('b')]).toEqual([0, 0, 0])
})
