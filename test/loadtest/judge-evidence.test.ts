/** What subscribers know of the log beyond the publisher's record, and what others are owed by it. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parsePosition } from '../../src/wire/position.ts'
import { examplesOf, judgeSights, judgeSightsApart } from './judged-channel.ts'
import {
  CLEAN,
  countEvents,
  findOther,
  isEvent,
  RUNS,
  startsOf,
  type Event,
} from './planted-sights.ts'
import { ServedChannel, type ServedSubscriber, type Sight } from './served-channel.ts'
import { served, servedFromTheStart } from './served-channels.ts'
import { open, opened, received, recordOf, trimmed, unbound } from './written-sights.ts'

/** Microseconds after which a newcomer proves what was kept before. */
const LATER = 2_000_000

test('a history that is shorter than what was asked for is no loss', () => {
  fc.assert(
    fc.property(served, (channel) => {
      const sights = channel.subscribers.map((subscriber) => subscriber.sights)
      const starts = startsOf(channel).map((start) => ({ ...start, history: 1_000 }))
      expect(judgeSights(sights, [channel.record], true, starts)).toEqual({
        ...CLEAN,
        owed: countEvents(sights),
        announced: expect.any(Number) as number,
        notReplayed: expect.any(Number) as number,
      })
    }),
    RUNS,
  )
})

test('a start before the latest that begins too late loses what a later newcomer got', () => {
  expect(
    findOther(
      { lost: 1 },
      (sights, index, _, subscriber, subscribers) =>
        isEarlyStart(sights, index, subscriber) && wasKept(sights, index, subscribers),
      beginLater,
      servedFromTheStart,
    ),
  ).toBeUndefined()
})

test('a start before the latest that begins too late is short of history, if no newcomer got more', () => {
  expect(
    findOther(
      { owed: -1, notReplayed: 1 },
      (sights, index, _, subscriber, subscribers) =>
        isEarlyStart(sights, index, subscriber) && !wasKept(sights, index, subscribers),
      beginLater,
      servedFromTheStart,
    ),
  ).toBeUndefined()
})

test('a gap over what a later newcomer gets is false', () => {
  expect(
    findOther(
      { owed: -1, announced: 1, falseGaps: 1 },
      (sights, index, _, __, subscribers) =>
        isEvent(sights[index]) && wasKeptAt(sights[index], sights[index].at, subscribers),
      (sights, index) => {
        const { id, at } = sights[index] as Event
        return sights.toSpliced(index, 1, trimmed(id, id, at))
      },
      servedFromTheStart,
    ),
  ).toBeUndefined()
})

test('the judgement is the same, however subscribers are spread over drivers', () => {
  const fault = fc.constantFrom('none', 'drop', 'begin later')
  fc.assert(
    fc.property(served, fc.nat(), fault, fc.nat(), ({ subscribers, record }, mask, kind, which) => {
      const all = subscribers.map(({ sights, start }) => ({ sights, start }))
      const broken = all[which % Math.max(all.length, 1)]
      const first = broken?.sights.findIndex(isEvent) ?? -1
      if (broken !== undefined && first > 0) {
        if (kind === 'drop') broken.sights = broken.sights.toSpliced(first, 1)
        else if (broken.sights[first - 2]?.kind === 'opened' && kind === 'begin later')
          broken.sights = [...beginLater(broken.sights, first - 1)]
      }
      const groups = [1, 0].map((bit) => all.filter((_, index) => ((mask >> index) & 1) === bit))
      const sightsOf = (group: typeof all) => group.map(({ sights }) => sights)
      const startsOfGroup = (group: typeof all) => group.map(({ start }) => start)
      expect(judgeSightsApart(groups.map(sightsOf), [record], groups.map(startsOfGroup))).toEqual(
        judgeSights(sightsOf(all), [record], true, startsOfGroup(all)),
      )
    }),
    { numRuns: 1_000 },
  )
})

test('an event of unknown outcome that one subscriber got is owed to those of other drivers', () => {
  const record = recordOf('epoch000-1', 'unknown')
  const begin = [opened(1), open('life0000-0'), received(1, 'epoch000-1')]
  const more = [...begin, received(2, 'epoch000-2')]
  expect(judgeSightsApart([[more], [begin]], [record])).toMatchObject({ owed: 4, lost: 1 })
  expect(judgeSightsApart([[more], [more]], [record])).toMatchObject({ owed: 4, lost: 0 })
})

test('an event that was accepted without a position and came to some is lost once by each other one', () => {
  const record = recordOf('epoch000-1', '')
  const begin = [opened(1), open('life0000-0'), received(1, 'epoch000-1')]
  const more = [...begin, received(2, 'epoch000-2')]
  expect(judgeSightsApart([[more], [begin, begin]], [record])).toMatchObject({ owed: 6, lost: 2 })
})

test('an epoch that a subscriber only came through tells nothing to other drivers', () => {
  const record = recordOf('epoch000-1', 'unknown')
  const one = [opened(15), open('epoch000-1')]
  const through = [
    opened(15),
    open('epoch000-1'),
    open('epoch001-3'),
    unbound('epoch-lost', 'epoch002-0', 30),
  ]
  const both = [[...one, received(2, 'epoch000-2')], one]
  expect(judgeSights([...both, through], [record])).toMatchObject({ lost: 1 })
  expect(judgeSightsApart([both, [through]], [record])).toMatchObject({ lost: 1 })
})

test('a gap over what the subscriber of another driver gets later is false', () => {
  const record = recordOf('epoch000-1', 'epoch000-2')
  const gap = trimmed('epoch000-1', 'epoch000-1', 25)
  const early = [opened(1), open('life0000-0'), gap, received(2, 'epoch000-2')]
  const events = [received(1, 'epoch000-1'), received(2, 'epoch000-2')]
  const falseGapsBeside = (at: number) =>
    judgeSightsApart([[early], [[opened(at), open('epoch000-0'), ...events]]], [record]).falseGaps
  expect(falseGapsBeside(2)).toBe(0)
  expect(falseGapsBeside(30)).toBe(0)
  expect(falseGapsBeside(LATER)).toBe(1)
})

test('a gap over what a fail-over brings back is true', () => {
  const channel = new ServedChannel()
  channel.join('latest')
  for (let sent = 0; sent < 3; sent++) channel.publish('accepted')
  channel.trim(2)
  channel.serve(channel.subscribers[0]!, Infinity)
  channel.failOver(1)
  channel.join('earliest')
  channel.publish('accepted')
  const sights = channel.subscribers.map((subscriber) => {
    channel.serve(subscriber, Infinity)
    return subscriber.sights
  })
  expect(sights[1]!.filter(isEvent)).toHaveLength(4)
  expect(judgeSights(sights, [channel.record])).toMatchObject({ announced: 2, falseGaps: 0 })
})

test('what a start asks for beyond the history is told in words', () => {
  const record = recordOf('epoch000-1', 'epoch000-2', 'epoch000-3')
  const sights = [opened(25), open('epoch000-2'), received(3, 'epoch000-3')]
  const start = { from: 'earliest', history: 2 } as const
  expect(judgeSights([sights], [record], true, [start])).toMatchObject({ lost: 0, notReplayed: 2 })
  expect(examplesOf([sights], [record], [start])).toEqual([
    'news keeps less than the 2 events that subscribers asked for, or the server left some out: ' +
      '2 deliveries are missing',
  ])
  for (const other of [{ from: 'latest', history: 2 }, { from: 'earliest' }] as const) {
    expect(judgeSights([sights], [record], true, [other]).notReplayed).toBe(0)
  }
  expect(judgeSights([sights], [record], true, [{ from: 1, history: 2 }]).notReplayed).toBe(1)
})

test('the top at which a subscriber stood counts, in whatever order subscribers are judged', () => {
  // Nobody got an event, but one subscriber stood at the first, and another was told of the third.
  const stood = [opened(35), open('epoch000-1')]
  const gap = trimmed('epoch000-3', 'epoch000-3', 40)
  const heard = [opened(36), open('epoch000-2'), gap]
  const record = recordOf('unknown', 'unknown', 'unknown')
  for (const sights of [
    [stood, heard],
    [heard, stood],
  ]) {
    expect(judgeSights(sights, [record])).toMatchObject({ lost: 2, announced: 1 })
  }
})

/** The sight is `runnel.open`, and an event follows at once that the start asked for. */
function isEarlyStart(
  sights: readonly Sight[],
  index: number,
  { start }: ServedSubscriber,
): boolean {
  return (
    start.from !== 'latest' &&
    start.history !== 0 &&
    sights[index - 1]?.kind === 'opened' &&
    isEvent(sights[index + 1])
  )
}

function wasKept(
  sights: readonly Sight[],
  index: number,
  subscribers: readonly ServedSubscriber[],
): boolean {
  return wasKeptAt(sights[index + 1] as Event, sights[index - 1]!.at, subscribers)
}

/** Whether somebody who came later than this time got the event, or an older one. */
function wasKeptAt({ id }: Event, at: number, subscribers: readonly ServedSubscriber[]): boolean {
  return subscribers.some(
    ({ sights }) =>
      sights[0]!.at > at &&
      sights.some((sight) => isEvent(sight) && offsetOf(sight) <= offsetOf({ id })),
  )
}

function offsetOf({ id }: Pick<Event, 'id'>): number {
  return parsePosition(id)!.offset
}

/** The stream is said to begin after its first event, which does not come. */
function beginLater(sights: readonly Sight[], index: number): readonly Sight[] {
  const skipped = sights[index + 1] as Event
  return sights.toSpliced(index, 2, { ...(sights[index] as Event), id: skipped.id })
}
