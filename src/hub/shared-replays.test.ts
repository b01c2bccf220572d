import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { passTurns } from '../../test/support/clients/hub-client.ts'
import { numbers, openTail, roomyMemory } from '../../test/support/open-tail.ts'
import { ScriptedLog } from '../../test/support/scripted-log.ts'
import { resumeFrom } from '../../test/support/stream-request.ts'
import { MemoryBudget } from './memory-budget.ts'
import { beginReader } from './begin-reader.ts'
import { SharedReplays } from './shared-replays.ts'
import { Tail } from './tail.ts'
import { WriteScheduler } from './write-scheduler.ts'

/** The batches of some channels that were read by cursor. */
class Replays {
  readonly log = new ScriptedLog()
  readonly memory: MemoryBudget
  readonly shared: SharedReplays
  readonly tails: Tail[] = []

  constructor(memory = 1024 ** 2) {
    this.memory = new MemoryBudget(memory)
    const format = { envelope: false, framing: 'raw' } as const
    this.shared = new SharedReplays(format, new WriteScheduler(), this.memory)
  }

  async open(...channels: readonly string[]): Promise<void> {
    for (const channel of channels) this.tails.push(await openTail(this.log, channel))
  }

  /** The batches that bring a client from its cursor to the tops. */
  async read(cursor: string | undefined): Promise<readonly Buffer[]> {
    const { reader } = await beginReader(this.tails, resumeFrom(cursor, this.tails.length))
    const batches: Buffer[] = []
    for (;;) {
      await reader.load()
      const batch = this.shared.next(reader, undefined)
      if (batch === undefined) break
      batches.push(batch.bytes)
      if (batch.lastId !== reader.cursor())
        throw new Error('the reader does not stand behind its batch')
    }
    if (reader.isBehind()) throw new Error('the reader got no batch, but there are more events')
    reader.close()
    return batches
  }
}

test('readers with the same cursor share their batches, until these were kept for long', async () => {
  const replays = new Replays()
  const [first, second] = replays.log.history.publish('a', ...numbers(1, 9))
  await replays.open('a')
  const batches = await replays.read(first)
  await passTurns(2)
  expect((await replays.read(first))[0]).toBe(batches[0])
  expect((await replays.read(second))[0]).not.toBe(batches[0])
  replays.memory.evictIdle(performance.now() + 60_000)
  expect(replays.memory.used).toBe(0)
  const again = await replays.read(first)
  expect(again[0]).not.toBe(batches[0])
  expect(again).toEqual(batches)
})

test('batches are kept only where nobody needs the memory, and else shared for one turn', async () => {
  const replays = new Replays(1_000)
  const [first] = replays.log.history.publish('a', ...numbers(1, 9))
  await replays.open('a')
  const batches = await replays.read(first)
  expect(replays.memory.used).toBe(batches[0]!.length)
  expect(replays.memory.tryReserve(1_000, () => false)).toBeDefined()
  expect(replays.memory.used).toBe(1_000)

  const [second] = await replays.read(first)
  expect(second).not.toBe(batches[0])
  expect((await replays.read(first))[0]).toBe(second)
  await passTurns(2)
  expect((await replays.read(first))[0]).not.toBe(second)
  expect(replays.memory.used).toBe(1_000)
})

test('batches that have room in memory stay where others have none', async () => {
  const LIMIT = 1_000
  const replays = new Replays(LIMIT)
  const [first, second] = replays.log.history.publish('a', ...numbers(1, 9))
  await replays.open('a')
  const [kept] = await replays.read(first)
  expect(replays.memory.tryReserve(LIMIT - replays.memory.used, () => false)).toBeDefined()
  const [passing] = await replays.read(second)

  await passTurns(2)

  expect((await replays.read(first))[0]).toBe(kept)
  expect((await replays.read(second))[0]).not.toBe(passing)
})

test('closing frees the memory of all batches', async () => {
  const replays = new Replays()
  const positions = replays.log.history.publish('a', ...numbers(1, 60))
  await replays.open('a')
  for (const position of positions) await replays.read(position)
  expect(replays.memory.used).toBeGreaterThan(0)
  replays.shared.close()
  expect(replays.memory.used).toBe(0)
})

test('a bounded number of batches is kept, those that are used the longest', async () => {
  const replays = new Replays()
  const positions = replays.log.history.publish('a', ...numbers(1, 60))
  await replays.open('a')
  const [hot] = await replays.read(positions[0])
  let last: readonly Buffer[] = []
  for (const position of positions.slice(1, -1)) {
    last = await replays.read(position)
    expect((await replays.read(positions[0]))[0]).toBe(hot)
  }
  expect((await replays.read(positions.at(-2)))[0]).toBe(last[0])
  // 16 batches of at most 60 events, each of less than 40 bytes.
  expect(replays.memory.used).toBeLessThan(16 * 60 * 40)
})

test('a reader that comes when there is more gets all of it at once', async () => {
  const replays = new Replays()
  const [first] = replays.log.history.publish('a', '1', '2')
  await replays.open('a')
  await replays.read(first)
  replays.log.history.publish('a', '3')
  const batches = await replays.read(first)
  expect(batches).toHaveLength(1)
  // The shorter one has left.
  expect(replays.memory.used).toBe(batches[0]!.length)
})

test('a reader that the history has left behind gets no batch, before it is placed anew', async () => {
  const replays = new Replays()
  for (const data of ['1', '2']) replays.log.history.publish('a', data)
  await replays.open('a')
  const start = { from: { last: 1 } } as const
  const [early, late] = [
    (await beginReader(replays.tails, start)).reader,
    (await beginReader(replays.tails, start)).reader,
  ]
  expect(replays.shared.next(early, undefined)).toMatchObject({ count: 1 })
  replays.log.history.failOver(1)
  replays.log.history.publish('a', 'other')
  await passTurns()
  expect(replays.shared.next(late, undefined)).toBeUndefined()
})

test('no batch takes a reader past its target', async () => {
  const replays = new Replays()
  const [first] = replays.log.history.publish('a', ...Array<string>(9).fill('x'.repeat(20_000)))
  await replays.open('a')
  const batch = async (target?: readonly number[]) => {
    const { reader } = await beginReader(replays.tails, resumeFrom(first))
    return replays.shared.next(reader, target)
  }
  expect(await batch()).toMatchObject({ count: 3 })
  expect(await batch([3])).toMatchObject({ count: 2 })
})

test('a reader that goes on behind a batch of others gives back its page', async () => {
  const replays = new Replays()
  const [first] = replays.log.history.publish('a', ...numbers(1, 9))
  const memory = roomyMemory()
  const tail = new Tail(replays.log, 'a', memory, () => {})
  await tail.sync.open()
  const [one, two] = [
    (await beginReader([tail], resumeFrom(first))).reader,
    (await beginReader([tail], resumeFrom(first))).reader,
  ]
  for (const reader of [one, two]) replays.shared.next(reader, undefined)
  expect(memory.pages.budget.used).toBeGreaterThan(0)
  memory.pages.budget.evictIdle(performance.now() + 60_000)
  expect(memory.pages.budget.used).toBe(0)
})

test('traced events that a batch keeps alive count as memory', async () => {
  const replays = new Replays()
  const trace = { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` }
  const data = 'x'.repeat(1_000)
  const [first] = replays.log.history.publish('a', '1')
  replays.log.history.append('a', [{ name: 'message', data, trace }])
  await replays.open('a')
  const [batch] = await replays.read(first)
  expect(replays.memory.used).toBeGreaterThan(batch!.length + 2 * data.length)
})

test('readers of several channels share a batch only if their cursors are the same', async () => {
  const replays = new Replays()
  const life = replays.log.history.top('b')
  const [a] = replays.log.history.publish('a', '1', '2')
  const [b] = replays.log.history.publish('b', '1')
  await replays.open('a', 'b')
  const beginning = b!.replace(/1$/, '0')
  const batches = await replays.read(`${a}.${life}`)
  expect((await replays.read(`${a}.${life}`))[0]).toBe(batches[0])
  // The same place in other words: the ids of the events of `a` repeat them.
  expect((await replays.read(`${a}.${beginning}`))[0]).not.toBe(batches[0])
})

test('whatever others have read, each reader gets what it would read alone', async () => {
  const step = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('publish' as const),
        count: fc.integer({ min: 1, max: 4 }),
      }),
    },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('read' as const), back: fc.nat(12) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail over' as const) }) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const replays = new Replays()
      const { history } = replays.log
      const stories: [shared: string, alone: string][] = []
      let positions = [...history.publish('a', 'a long event '.repeat(2_000))]
      await replays.open('a')
      for (const one of steps) {
        if (one.kind === 'publish') {
          positions.push(
            ...history.publish('a', ...numbers(1, one.count).map((text) => text.repeat(9_000))),
          )
        } else if (one.kind === 'fail over') {
          history.failOver(1)
          positions = positions.slice(0, -1)
          positions.push(...history.publish('a', 'other'))
        } else {
          const cursor = positions.at(-1 - one.back)
          const alone = new Replays()
          alone.tails.push(replays.tails[0]!)
          const text = Buffer.concat(await alone.read(cursor)).toString()
          stories.push([Buffer.concat(await replays.read(cursor)).toString(), text])
        }
        await passTurns()
      }
      for (const [shared, alone] of stories) expect(shared).toBe(alone)
    }),
    { numRuns: 50 },
  )
})

test('the same holds for several channels, trims and memory that is taken away', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('publish' as const), at: fc.nat(1) }) },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('read' as const),
        from: fc.tuple(fc.nat(2), fc.nat(2)),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('trim' as const), at: fc.nat(1) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('take memory' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('fail over' as const), at: fc.nat(1) }) },
  )
  const channels = ['a', 'b'] as const
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const replays = new Replays(300_000)
      const { history } = replays.log
      const positions = channels.map((channel) => [...history.publish(channel, 'first', 'second')])
      await replays.open(...channels)
      const stories: [shared: string, alone: string][] = []
      let next = 0
      for (const one of steps) {
        if (one.kind === 'publish') {
          positions[one.at]!.push(...history.publish(channels[one.at]!, `${next++} `.repeat(5_000)))
        } else if (one.kind === 'trim') {
          history.trim(channels[one.at]!, 2)
          for (const tail of replays.tails) await tail.sync.refresh()
        } else if (one.kind === 'take memory') {
          replays.memory.release((await replays.memory.reserve(300_000, () => true))!)
        } else if (one.kind === 'fail over') {
          history.failOver(1)
          history.publish(channels[one.at]!, `${next++} `.repeat(5_000))
          for (const tail of replays.tails) await tail.sync.refresh()
        } else {
          const cursor = one.from
            .map((from, at) => positions[at]![from] ?? positions[at]![0])
            .join('.')
          const alone = new Replays()
          alone.tails.push(...replays.tails)
          const text = Buffer.concat(await alone.read(cursor)).toString()
          stories.push([Buffer.concat(await replays.read(cursor)).toString(), text])
        }
        await passTurns()
      }
      for (const [shared, alone] of stories) expect(shared).toBe(alone)
      expect(replays.memory.used).toBeLessThanOrEqual(300_000)
      replays.shared.close()
      expect(replays.memory.used).toBe(0)
    }),
    { numRuns: 100 },
  )
})
