import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { numbers, openTail } from '../../test/support/open-tail.ts'
import { ScriptedLog } from '../../test/support/scripted-log.ts'
import { resumeFrom } from '../../test/support/stream-request.ts'
import { beginReader } from './begin-reader.ts'
import type { Start, TakeEvent } from './reader.ts'
import type { Tail } from './tail.ts'

/** Takes up to `count` events, and records their ids. */
function taker(count = Number.POSITIVE_INFINITY): { ids: string[]; take: TakeEvent } {
  const ids: string[] = []
  return {
    ids,
    take: (_tail, _event, id) => {
      if (ids.length >= count) return false
      ids.push(id)
      return true
    },
  }
}

function openTails(log: ScriptedLog, channels: readonly string[]): Promise<Tail[]> {
  return Promise.all(channels.map((channel) => openTail(log, channel)))
}

const from = fc.oneof(
  fc.constantFrom('latest' as const, 'earliest' as const),
  fc.record({ last: fc.integer({ min: 1, max: 30 }) }),
)

function firstAfter(wanted: Start['from'], oldest: number, top: number): number {
  if (wanted === 'latest') return top
  if (wanted === 'earliest') return oldest - 1
  return Math.max(oldest - 1, top - wanted.last)
}

test('a first connect and a foreign cursor start where from and last say', async () => {
  const cursor = fc.constantFrom(
    undefined,
    'foreign',
    '',
    'ep000001-3.ep000001-3',
    'ep000001-03',
    'x'.repeat(2_000),
  )
  await fc.assert(
    fc.asyncProperty(from, cursor, fc.nat(20), fc.nat(20), async (wanted, text, count, trimmed) => {
      const log = new ScriptedLog()
      if (count > 0) log.history.publish('a', ...numbers(1, count))
      log.history.trim('a', trimmed)
      const start = resumeFrom(text, 1, wanted)
      const { reader, gaps } = await beginReader(await openTails(log, ['a']), start)
      const oldest = Math.min(trimmed, count) + 1
      expect(reader.progress().offsets).toEqual([firstAfter(wanted, oldest, count)])
      expect(gaps).toEqual(
        text === undefined
          ? []
          : [
              {
                id: reader.cursor(),
                gap: {
                  channel: null,
                  reason: 'unknown-cursor',
                  from: null,
                  to: null,
                  missed: null,
                },
              },
            ],
      )
      const { ids, take } = taker()
      reader.take(take)
      expect(ids).toHaveLength(count - firstAfter(wanted, oldest, count))
    }),
  )
})

test('each gap moves its own channel only, and keeps the positions of the others as they were sent', async () => {
  const log = new ScriptedLog()
  const [a] = log.history.publish('a', '1', '2', '3')
  const life = log.history.top('b')
  log.history.publish('b', '1')
  const [c] = log.history.publish('c', '1', '2', '3')
  const topA = log.history.top('a')
  const topC = log.history.top('c')
  log.history.trim('a', 3)
  log.history.trim('c', 3)
  const tails = await openTails(log, ['a', 'b', 'c'])
  const start = resumeFrom(`${a}.${life}.${c}`, 3)
  const { reader, gaps } = await beginReader(tails, start)
  expect(gaps.map(({ id }) => id)).toEqual([`${topA}.${life}.${c}`, `${topA}.${life}.${topC}`])
  expect(gaps.map(({ gap }) => gap.channel)).toEqual(['a', 'c'])

  // Cut between the two, the client gets the second one again, and only that.
  const again = await beginReader(tails, resumeFrom(gaps[0]!.id, 3))
  expect(again.gaps).toEqual([gaps[1]])
  const done = await beginReader(tails, resumeFrom(gaps[1]!.id, 3))
  expect(done.gaps).toEqual([])
  expect(done.reader.cursor()).toBe(gaps[1]!.id)
  expect(reader.cursor()).toBe(gaps[1]!.id)
})

test('a position from another process is looked up in the log before it is called a gap', async () => {
  for (const isNewEpoch of [false, true]) {
    const log = new ScriptedLog()
    log.history.publish('a', '1')
    const tails = await openTails(log, ['a'])
    log.notifying = 'lost'
    if (isNewEpoch) log.history.failOver(0)
    const [, third] = log.history.publish('a', '2', '3', '4')
    const reads = log.reads.length
    const { reader, gaps } = await beginReader(tails, resumeFrom(third))
    expect(gaps).toEqual([])
    const { ids, take } = taker()
    reader.take(take)
    expect(ids).toEqual([log.history.top('a')])
    expect(log.reads.length - reads).toBe(1)
  }
})

test('a position beyond the top is a gap, and the reader goes on at the top', async () => {
  const log = new ScriptedLog()
  const [, second] = log.history.publish('a', '1', '2')
  const beyond = second!.replace(/2$/, '7')
  const start = resumeFrom(beyond, 1, 'earliest')
  const { reader, gaps } = await beginReader(await openTails(log, ['a']), start)
  expect(gaps).toMatchObject([{ id: second, gap: { channel: 'a', reason: 'ahead' } }])
  expect(reader.isBehind()).toBe(false)
})

test('the oldest event of all channels is handed out first, with the cursor behind it', async () => {
  const log = new ScriptedLog()
  const a = log.history.publish('a', '1', '2')
  const b = log.history.publish('b', '1', '2')
  const start = { from: 'earliest' } as const
  const { reader } = await beginReader(await openTails(log, ['a', 'b']), start)
  const begin = reader.cursor().split('.')
  const { ids, take } = taker()
  reader.take(take)
  expect(ids).toEqual([
    `${a[0]}.${begin[1]}`,
    `${a[0]}.${b[0]}`,
    `${a[1]}.${b[0]}`,
    `${a[1]}.${b[1]}`,
  ])
  expect(reader.cursor()).toBe(ids.at(-1))
})

test('a reader stays before an event that is not taken, with the same cursor', async () => {
  const log = new ScriptedLog()
  const life = log.history.top('a')
  const positions = log.history.publish('a', '1', '2', '3')
  const start = resumeFrom(life)
  const { reader } = await beginReader(await openTails(log, ['a']), start)
  reader.take(() => false)
  expect(reader.cursor()).toBe(life)
  const { ids, take } = taker(2)
  reader.take(take)
  expect([ids, reader.cursor(), reader.isBehind()]).toEqual([
    positions.slice(0, 2),
    positions[1],
    true,
  ])
})

test('a reader stops at its targets, and at the tops', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1', '2', '3')
  log.history.publish('b', '1')
  const start = { from: 'earliest' } as const
  const { reader } = await beginReader(await openTails(log, ['a', 'b']), start)
  const targets = [2, 7]
  reader.take(taker().take, targets)
  expect(reader.progress().offsets).toEqual([2, 1])
  expect([reader.isBehind(targets), reader.isBehind()]).toEqual([false, true])
})

test('a reader hands out no event of a new history before it is placed in it', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  log.history.publish('a', '2')
  const tails = await openTails(log, ['a'])
  const { reader } = await beginReader(tails, { from: { last: 1 } })
  log.history.failOver(1)
  log.history.publish('a', 'other')
  await tails[0]!.sync.refresh()
  const { ids, take } = taker()
  reader.take(take)
  expect([ids, reader.isBehind()]).toEqual([[], true])
  await reader.load()
  expect(reader.skipGaps()).toEqual([])
  reader.take(take)
  expect(ids).toEqual([log.history.top('a')])
})

test('a reader whose history lost its tail reports the gap, and goes on at the fork', async () => {
  const log = new ScriptedLog()
  const [first] = log.history.publish('a', '1')
  const lost = [...log.history.publish('a', '2'), ...log.history.publish('a', '3')]
  const tails = await openTails(log, ['a'])
  const { reader } = await beginReader(tails, { from: 'latest' })
  log.history.failOver(2)
  const [other] = log.history.publish('a', 'other')
  await tails[0]!.sync.refresh()
  expect(reader.skipGaps()).toEqual([
    {
      id: first,
      gap: { channel: 'a', reason: 'diverged', from: lost[0], to: lost[1], missed: 2 },
    },
  ])
  await reader.load()
  const { ids, take } = taker()
  reader.take(take)
  expect(ids).toEqual([other])
})

test('events that were dropped from memory are read from the log without a gap', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1', '2', '3')
  const tails = await openTails(log, ['a'])
  const { reader } = await beginReader(tails, { from: 'earliest' })
  const now = performance.now() + 60_000
  for (const tail of tails) for (const round of [0, 1]) tail.evictIdle(now + round)
  expect(tails[0]!.covers(0)).toBe(false)
  expect(reader.skipGaps()).toEqual([])
  await reader.load()
  const { ids, take } = taker()
  reader.take(take)
  expect(ids).toHaveLength(3)
})
