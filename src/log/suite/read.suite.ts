import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { parsePosition, type Position } from '../../wire/position.ts'
import { positionAt, resume, type History } from '../history.ts'
import {
  accept,
  newChannel,
  newEvents,
  plainEvent,
  readAll,
  Recorder,
  RUNS,
  tracedEvent,
  type OpenLog,
} from './helpers.suite.ts'

const HISTORY_EVENTS = 20

export function testReads(open: OpenLog): void {
  test('promise 3: a read returns the longest run of kept events that fits its range, one at least', async () => {
    await using under = await open({ historyEvents: HISTORY_EVENTS })
    const text = fc.record({ length: fc.nat(300), isTraced: fc.boolean() })
    const texts = fc.array(text, { minLength: 1, maxLength: 8 })
    const ranges = fc.record({ after: fc.nat(50), maxEvents: fc.nat(25), maxBytes: fc.nat(4_000) })
    await fc.assert(
      fc.asyncProperty(
        fc.array(texts, { maxLength: 6 }),
        fc.array(ranges, { minLength: 1, maxLength: 5 }),
        async (appends, wanted) => {
          const channel = newChannel()
          for (const batch of appends) {
            const events = batch.flatMap(({ length, isTraced }) => {
              const data = '\u{e9}'.repeat(length)
              return isTraced ? [tracedEvent(data, 'vendor=1')] : newEvents(data)
            })
            await accept(under.log, channel, events)
          }
          const all = await readAll(under.log, channel)
          expect(all.events).toHaveLength(Math.min(appends.flat().length, HISTORY_EVENTS))

          for (const { after, maxEvents, maxBytes } of wanted) {
            const { history, events } = await under.peer.read(channel, {
              after,
              maxEvents,
              maxBytes,
            })
            const later = all.events.filter(({ offset }) => offset > after)
            let bytes = 0
            const tooMany = later.findIndex(({ name, data, trace }, index) => {
              bytes += Buffer.byteLength(name) + Buffer.byteLength(data)
              if (trace !== undefined) bytes += 55 + 'vendor=1'.length
              return index >= maxEvents || (index > 0 && bytes > maxBytes)
            })
            expect(events.map(plainEvent)).toEqual(tooMany < 0 ? later : later.slice(0, tooMany))
            expect(history).toEqual(all.history)
          }
        },
      ),
      RUNS,
    )
  })

  test('promise 5: bytes remove events from the oldest end', async () => {
    const historyBytes = 64 * 1024
    await using under = await open({ historyBytes })
    const channel = newChannel()
    for (let offset = 1; offset <= 20; offset++) {
      await accept(under.log, channel, newEvents('x'.repeat(10 * 1024)))
      const { history, events } = await readAll(under.log, channel)
      expect(history.top).toBe(offset)
      expect(events.length).toBeGreaterThanOrEqual(Math.min(offset, 4))
      expect(events.length).toBeLessThanOrEqual(6)
      expect(events.map((event) => event.offset)).toEqual(offsetsOf(history))
    }
  })

  test('promise 5: age removes all events of a quiet channel, and its offsets go on', async () => {
    await using under = await open({ historyAge: 300 })
    const channel = newChannel()
    const { epoch } = await accept(under.log, channel, newEvents('a', 'b', 'c'))
    await eventually(async () => {
      const { history, events } = await readAll(under.log, channel)
      expect(history).toMatchObject({ oldest: 4, top: 3 })
      expect(events).toEqual([])
    })
    const { history } = await readAll(under.peer, channel)
    expect(resume(history, { epoch, offset: 3 })).toEqual({ after: 3, gaps: [] })
    expect(resume(history, { epoch, offset: 1 })).toMatchObject({ after: 3, gaps: [{ missed: 2 }] })
    expect(await accept(under.log, channel, newEvents('d'))).toMatchObject({ epoch, first: 4 })
  })

  test('promise 5: age removes the old events of a busy channel', async () => {
    await using under = await open({ historyAge: 300 })
    const channel = newChannel()
    await accept(under.log, channel, newEvents('old'))
    await eventually(async () => {
      await accept(under.log, channel, newEvents('young'))
      const { history, events } = await readAll(under.log, channel)
      expect(events.map((event) => event.offset)).toEqual(offsetsOf(history))
      expect(history.oldest).toBeGreaterThan(1)
    })
  })

  test('promise 6: a channel never written has no epoch, one or two incarnations and no events', async () => {
    await using under = await open()
    const { history, events } = await readAll(under.log, newChannel())
    expect(history).toMatchObject({ chain: [], oldest: 1, top: 0 })
    expect(history.incarnations.length).toBeGreaterThanOrEqual(1)
    expect(history.incarnations.length).toBeLessThanOrEqual(2)
    expect(events).toEqual([])
    expect(parsePosition(positionAt(history, 0))).toEqual({
      epoch: history.incarnations[0],
      offset: 0,
    })
  })

  test('promise 6: reading and following a channel never written leaves it so', async () => {
    await using under = await open()
    const channel = newChannel()
    const before = await readAll(under.log, channel)
    const stop = await under.log.follow(channel, new Recorder())
    const stopPeer = await under.peer.follow(channel, new Recorder())
    expect(await readAll(under.peer, channel)).toEqual(before)
    stop()
    stopPeer()
    expect(await readAll(under.log, channel)).toEqual(before)
    // The incarnation is not one of a channel that reading would have made.
    const sibling = under.newSibling?.(channel) ?? newChannel()
    expect((await readAll(under.log, sibling)).history).toEqual(before.history)
  })

  test('promises 5 and 7: a position goes on where it was given out, after a gap that counts what was trimmed', async () => {
    await using under = await open({ historyEvents: HISTORY_EVENTS })
    const counts = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 10 })
    await fc.assert(
      fc.asyncProperty(counts, async (appends) => {
        const channel = newChannel()
        const positions: Position[] = []
        const note = async (): Promise<History> => {
          const { history } = await readAll(under.peer, channel)
          for (let offset = history.oldest - 1; offset <= history.top; offset++) {
            positions.push(parse(positionAt(history, offset)))
          }
          return history
        }
        // The first position stands before the first event and names an incarnation.
        await note()
        for (const count of appends) {
          await accept(under.log, channel, newEvents(...Array.from({ length: count }, String)))
          await note()
        }

        const history = await note()
        const { oldest } = history
        for (const position of positions) {
          const missed = oldest - 1 - position.offset
          const { after, gaps } = resume(history, position)
          expect({ after, gaps: gaps.map((gap) => [gap.reason, gap.missed]) }).toEqual(
            missed <= 0
              ? { after: position.offset, gaps: [] }
              : { after: oldest - 1, gaps: [['trimmed', missed]] },
          )
        }
      }),
      RUNS,
    )
  })

  test('promise 7: no position of one log means anything in another', async () => {
    const channel = newChannel()
    const given: Position[] = []
    {
      await using lost = await open()
      given.push(parse(positionAt((await readAll(lost.log, channel)).history, 0)))
      await accept(lost.log, channel, newEvents('a', 'b'))
      const { history } = await readAll(lost.log, channel)
      for (const offset of [0, 1, 2]) given.push(parse(positionAt(history, offset)))
    }
    await using under = await open()
    const reasons = async (): Promise<unknown[]> => {
      const { history } = await readAll(under.log, channel)
      return given.map((position) => resume(history, position).gaps[0]?.reason)
    }
    const lost = given.map(() => 'epoch-lost')
    expect(await reasons()).toEqual(lost)
    await accept(under.log, channel, newEvents('1', '2', '3'))
    expect(await reasons()).toEqual(lost)
  })
}

function offsetsOf({ oldest, top }: History): number[] {
  return Array.from({ length: top - oldest + 1 }, (_, index) => oldest + index)
}

function parse(text: string): Position {
  const position = parsePosition(text)
  if (position === undefined) throw new Error(`expected a position, got ${text}`)
  return position
}
