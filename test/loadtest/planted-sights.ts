/** Faults that are planted into what subscribers saw of a server without faults, and what a judge must say of them. */
import * as fc from 'fast-check'
import { expect } from 'vitest'
import type { Judgement } from '../../loadtest/driver/commands.ts'
import { judgeSights } from './judged-channel.ts'
import type { ServedChannel, ServedSubscriber, Sight } from './served-channel.ts'
import { served } from './served-channels.ts'

export type Event = Sight & { kind: 'event' }

export const RUNS = { numRuns: 300 }

export const CLEAN: Omit<Judgement, 'examples' | 'unknowns'> = {
  owed: 0,
  lost: 0,
  announced: 0,
  notReplayed: 0,
  duplicated: 0,
  reordered: 0,
  corrupted: 0,
  falseGaps: 0,
}

/**
 * Plants one fault into what one subscriber saw of a server without faults. Returns an example where the judgement does
 * not differ by exactly this; undefined if there is none.
 */
export function findOther(
  difference: Partial<Judgement>,
  isPlace: (
    sights: readonly Sight[],
    index: number,
    record: { readonly outcomes: readonly string[] },
    subscriber: ServedSubscriber,
    subscribers: readonly ServedSubscriber[],
  ) => boolean,
  plant: (sights: readonly Sight[], index: number) => readonly Sight[],
  channels: fc.Arbitrary<ServedChannel> = served,
): string | undefined {
  let planted = 0
  const details = fc.check(
    fc.property(channels, fc.nat(), (channel, choice) => {
      const { subscribers, record } = channel
      const sights = subscribers.map((subscriber) => subscriber.sights)
      const places = sights.flatMap((all, subscriber) =>
        all.flatMap((_, index) =>
          isPlace(all, index, record, subscribers[subscriber]!, subscribers)
            ? [{ subscriber, index }]
            : [],
        ),
      )
      const place = places[choice % places.length]
      if (place === undefined) return
      planted++
      const faulty = plant(sights[place.subscriber]!, place.index)
      const starts = startsOf(channel)
      const expected = { ...judgeSights(sights, [record], true, starts) }
      for (const [name, by] of Object.entries(difference) as [keyof typeof expected, number][]) {
        expected[name] += by
      }
      const seen = sights.with(place.subscriber, [...faulty])
      expect(judgeSights(seen, [record], true, starts)).toEqual(expected)
    }),
    RUNS,
  )
  if (details.failed) return fc.defaultReportMessage(details)
  return planted > RUNS.numRuns / 10 ? undefined : `planted only ${planted}`
}

export function startsOf({ subscribers }: ServedChannel) {
  return subscribers.map(({ start }) => start)
}

export function isEvent(sight: Sight | undefined): sight is Event {
  return sight?.kind === 'event' && sight.event === 'message'
}

/** A server that has lost the epoch of a subscriber may send it others of its events again. */
export function countEvents(sights: readonly (readonly Sight[])[]): number {
  const counts = sights.map((all) => new Set(all.filter(isEvent).map(({ id }) => id)).size)
  return counts.reduce((sum, events) => sum + events, 0)
}
