import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import type { EventLog } from '../event-log.ts'
import { accept, newChannel, newEvents, readAll, Recorder, type OpenLog } from './helpers.suite.ts'

/** Records invalidations, too. */
class Doubter extends Recorder {
  invalidations = 0

  override invalidate(): void {
    this.invalidations++
  }

  /** Whether the follower has got an event, or was told to read. */
  knowsOf(data: string): boolean {
    return this.invalidations > 0 || this.data.includes(data)
  }
}

/** Looks at each turn of the event loop, so that it sees what holds at the moment of the change. */
async function untilLive(log: EventLog, channel: string, signal: AbortSignal): Promise<void> {
  while (!log.isLive(channel)) {
    signal.throwIfAborted()
    await setImmediate()
  }
}

export function testLiveness(open: OpenLog): void {
  test('promise 12: a channel is live while somebody follows it here, and not after close', async () => {
    await using under = await open()
    const [channel, other] = [newChannel(), newChannel()]
    await accept(under.log, channel, newEvents('a'))
    expect(under.log.isLive(channel)).toBe(false)
    const stops = [
      await under.log.follow(channel, new Recorder()),
      await under.log.follow(channel, new Recorder()),
    ]
    await under.log.follow(other, new Recorder())
    expect([channel, other, newChannel()].map((each) => under.log.isLive(each))).toEqual([
      true,
      true,
      false,
    ])
    stops[0]!()
    expect(under.log.isLive(channel)).toBe(true)
    stops[1]!()
    expect(under.log.isLive(channel)).toBe(false)
    await under.log.follow(channel, new Recorder())
    expect(under.log.isLive(channel)).toBe(true)
    await under.log.close()
    expect([channel, other].map((each) => under.log.isLive(each))).toEqual([false, false])
  })

  test('promise 12: while a channel is live, its followers are told of all that the log holds', async () => {
    await using under = await open()
    const channel = newChannel()
    const follower = new Recorder()
    await under.log.follow(channel, follower)
    for (let number = 0; number < 20; number++) {
      await accept(number % 2 === 0 ? under.peer : under.log, channel, newEvents(`${number}`))
      expect(under.log.isLive(channel)).toBe(true)
    }
    const { events } = await readAll(under.peer, channel)
    await eventually(() => {
      expect(follower.batches.flatMap((batch) => batch.events)).toEqual(events)
    })
    expect(under.log.isLive(channel)).toBe(true)
  })

  test('promise 12: a channel whose notifications are cut is live again once they come, and all that was missed is told of', async (ctx) => {
    await using under = await open()
    const { notifications } = under
    if (notifications === undefined) return ctx.skip('a log of one process loses no notifications')
    const [channel, late] = [newChannel(), newChannel()]
    const [follower, lateFollower] = [new Doubter(), new Doubter()]
    await under.log.follow(channel, follower)
    await under.log.follow(late, lateFollower)

    await notifications.cut()
    await eventually(() => {
      expect([channel, late].map((each) => under.log.isLive(each))).toEqual([false, false])
    })
    await accept(under.peer, channel, newEvents('missed'))
    await accept(under.log, late, newEvents('missed'))
    expect([channel, late].map((each) => under.log.reaches(each))).toEqual([true, true])
    expect([channel, late].map((each) => under.log.isLive(each))).toEqual([false, false])

    await notifications.mend()
    await Promise.all(
      [[channel, follower] as const, [late, lateFollower] as const].map(async ([each, its]) => {
        await untilLive(under.log, each, ctx.signal)
        expect(its.knowsOf('missed')).toBe(true)
      }),
    )

    await accept(under.peer, channel, newEvents('next'))
    await eventually(() => {
      expect(follower.data).toContain('next')
    })
    expect(under.log.isLive(channel)).toBe(true)
  })
}
