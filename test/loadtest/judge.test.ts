import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { writePayload } from '../../loadtest/driver/payload.ts'
import { formatPosition, parsePosition } from '../../src/wire/position.ts'
import { RUN_ID } from './driven-load.ts'
import { judgeSights } from './judged-channel.ts'
import {
  CLEAN,
  countEvents,
  findOther,
  isEvent,
  RUNS,
  startsOf,
  type Event,
} from './planted-sights.ts'
import type { Sight } from './served-channel.ts'
import { served, servedWithInventedEvents } from './served-channels.ts'

test('a server without faults is judged clean, whatever happens to it and its subscribers', () => {
  fc.assert(
    fc.property(served, (channel) => {
      const sights = channel.subscribers.map((subscriber) => subscriber.sights)
      expect(judgeSights(sights, [channel.record], true, startsOf(channel))).toEqual({
        ...CLEAN,
        owed: countEvents(sights),
        announced: expect.any(Number) as number,
      })
    }),
    RUNS,
  )
})

test('each delivery of an event that nobody published is corrupted, and nothing else', () => {
  fc.assert(
    fc.property(servedWithInventedEvents, (channel) => {
      const sights = channel.subscribers.map((subscriber) => subscriber.sights)
      const invented = sights
        .flat()
        .filter(isEvent)
        .filter(({ data }) => !data.startsWith(RUN_ID))
      expect(judgeSights(sights, [channel.record], true, startsOf(channel))).toEqual({
        ...CLEAN,
        owed: countEvents(sights),
        announced: expect.any(Number) as number,
        corrupted: invented.length,
      })
    }),
    RUNS,
  )
})

test('an event that is left out is lost, and nothing else', () => {
  expect(
    findOther(
      { lost: 1 },
      (sights, index, record) =>
        isFollowed(sights, index) &&
        !isAnnounced(sights, index) &&
        isKnownOtherwise(sights, index, record) &&
        countEvents([sights]) > countEvents([sights.toSpliced(index, 1)]),
      (sights, index) => sights.toSpliced(index, 1),
    ),
  ).toBeUndefined()
})

test('an event that comes twice is duplicated, and nothing else', () => {
  expect(
    findOther(
      { duplicated: 1 },
      (sights, index) => isEvent(sights[index]),
      (sights, index) => sights.toSpliced(lastBeforeUnboundGap(sights, index), 0, sights[index]!),
    ),
  ).toBeUndefined()
})

test.each(['ahead', 'epoch-lost', 'diverged'])(
  'a gap "%s" does not make a repeat right, and is false where its epoch goes on',
  (reason) => {
    expect(
      findOther({ duplicated: 1, falseGaps: 1 }, isFollowed, (sights, index) =>
        sights.toSpliced(
          index + 1,
          0,
          rewindBefore(reason, sights[index] as Event),
          sights[index]!,
        ),
      ),
    ).toBeUndefined()
  },
)

test('an event that comes after the next one is reordered, and nothing else', () => {
  expect(
    findOther({ reordered: 1 }, isFollowed, (sights, index) =>
      sights.toSpliced(index, 2, sights[index + 1]!, sights[index]!),
    ),
  ).toBeUndefined()
})

test('changed data is corrupted, and nothing else', () => {
  expect(
    findOther(
      { corrupted: 1 },
      (sights, index) => isEvent(sights[index]) && sights[index].data.startsWith(RUN_ID),
      (sights, index) => withData(sights, index, (data) => `${data.slice(0, -1)}#`),
    ),
  ).toBeUndefined()
})

test('an event under another name is corrupted, and nothing else', () => {
  expect(
    findOther(
      { corrupted: 1 },
      (sights, index) => isEvent(sights[index]),
      (sights, index) => sights.with(index, { ...(sights[index] as Event), event: 'news' }),
    ),
  ).toBeUndefined()
})

test('the data of another event is corrupted, and nothing else', () => {
  expect(
    findOther(
      { corrupted: 1 },
      (sights, index, { outcomes }) =>
        isEvent(sights[index]) && outcomes.includes(sights[index].id),
      (sights, index) => withData(sights, index, () => writePayload(RUN_ID, 1, 1_000_000, 64)),
    ),
  ).toBeUndefined()
})

test('a gap over what the subscriber has is false, and changes nothing else', () => {
  expect(
    findOther(
      { falseGaps: 1 },
      (sights, index) => isEvent(sights[index]),
      (sights, index) => sights.toSpliced(index + 1, 0, gapOver(sights[index] as Event)),
    ),
  ).toBeUndefined()
})

/** Whether the publisher knows of the event, or an earlier one shows the hole: dense offsets are of one epoch. */
function isKnownOtherwise(
  sights: readonly Sight[],
  index: number,
  { outcomes }: { readonly outcomes: readonly string[] },
): boolean {
  const event = sights[index] as Event
  const before = sights.slice(0, index).findLast(isEvent)
  return outcomes.includes(event.id) || (before !== undefined && epochOf(before) === epochOf(event))
}

function epochOf({ id }: Event): string {
  return id.split('-')[0]!
}

/** Whether the next sight is the next event of the same epoch. */
function isFollowed(sights: readonly Sight[], index: number): boolean {
  const [sight, next] = [sights[index], sights[index + 1]]
  return isEvent(sight) && isEvent(next) && epochOf(sight) === epochOf(next)
}

/** Whether a gap says that the event is no more, though the subscriber has it: after a fail-over. */
function isAnnounced(sights: readonly Sight[], index: number): boolean {
  const { epoch, offset } = parsePosition((sights[index] as Event).id)!
  return sights.some((sight) => {
    if (sight.kind !== 'event' || sight.event !== 'runnel.gap') return false
    const { reason, from, to } = JSON.parse(sight.data) as {
      reason: string
      from: string | null
      to: string | null
    }
    const end = parsePosition(sight.id)!
    if (reason === 'ahead') return end.epoch === epoch && end.offset < offset
    const [first, last] = [parsePosition(from ?? ''), parsePosition(to ?? '')]
    if (first?.epoch !== epoch || last === undefined) return false
    return first.offset <= offset && offset <= last.offset
  })
}

/** A gap without bounds is where everything counts anew. */
function lastBeforeUnboundGap(sights: readonly Sight[], index: number): number {
  const gap = sights.findIndex(
    (sight, at) =>
      at > index &&
      sight.kind === 'event' &&
      sight.event === 'runnel.gap' &&
      sight.data.includes('"from":null'),
  )
  const end = gap === -1 ? sights.length : gap
  return sights.findLastIndex((sight, at) => at < end && isEvent(sight)) + 1
}

function withData(sights: readonly Sight[], index: number, change: (data: string) => string) {
  const event = sights[index] as Event
  return sights.with(index, { ...event, data: change(event.data) })
}

function gapOver({ id, at }: Event): Sight {
  const data = { channel: 'news', reason: 'trimmed', from: id, to: id, missed: 1 }
  return { kind: 'event', at, event: 'runnel.gap', id, data: JSON.stringify(data) }
}

/** A gap that takes the subscriber back to the position before an event. */
function rewindBefore(reason: string, { id, at }: Event): Sight {
  const { epoch, offset } = parsePosition(id)!
  const bound = reason === 'diverged' ? id : null
  const data = { channel: 'news', reason, from: bound, to: bound, missed: null }
  const before = formatPosition(epoch, offset - 1)
  return { kind: 'event', at, event: 'runnel.gap', id: before, data: JSON.stringify(data) }
}
