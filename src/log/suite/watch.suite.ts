import { expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import type { EventLog, TracedAppend } from '../event-log.ts'
import {
  accept,
  newChannel,
  newEvents,
  readAll,
  Recorder,
  tracedEvent,
  type OpenLog,
} from './helpers.suite.ts'

const END = 'end'

/** Records the announcements that it gets. Those of one channel come in the order of its appends. */
class Watcher {
  readonly stop: () => void
  readonly #appends: TracedAppend[] = []

  constructor(log: EventLog) {
    this.stop = log.watchTraces((append) => this.#appends.push(append))
  }

  of(channel: string): readonly TracedAppend[] {
    return this.#appends.filter((append) => append.channel === channel)
  }
}

/** Resolves once each watcher hears of appends: a watch may take a while to begin. */
async function untilHeard(log: EventLog, watchers: readonly Watcher[]): Promise<void> {
  const channel = newChannel()
  await eventually(async () => {
    await accept(log, channel, [tracedEvent('a')])
    for (const watcher of watchers) expect(watcher.of(channel)).not.toEqual([])
  })
}

export function testWatching(open: OpenLog): void {
  test('promise 10: a traced append is announced once to each watcher in each process, whether it follows or not', async () => {
    await using under = await open()
    const watchers = [under.log, under.log, under.peer].map((log) => new Watcher(log))
    await untilHeard(under.log, watchers)
    const [followed, other] = [newChannel(), newChannel()]
    await under.peer.follow(followed, new Recorder())
    await accept(under.log, followed, newEvents('untraced'))
    await accept(under.log, followed, [tracedEvent('b', 'v=1,w=2'), tracedEvent('c', 'v=1,w=2')])
    await accept(under.log, other, [tracedEvent('a')])
    for (const channel of [followed, other]) await accept(under.peer, channel, [tracedEvent(END)])

    for (const [channel, batches] of [
      [
        followed,
        [
          [2, 2],
          [4, 1],
        ],
      ],
      [
        other,
        [
          [1, 1],
          [2, 1],
        ],
      ],
    ] as const) {
      const { history, events } = await readAll(under.log, channel)
      const expected = batches.map(([first, count]) => {
        const { time, trace } = events[first - 1]!
        return { channel, epoch: history.chain.at(-1)!.epoch, first, count, time, trace }
      })
      expect(expected[0]!.trace).toHaveProperty('traceparent')
      for (const watcher of watchers) {
        await eventually(() => {
          expect(watcher.of(channel)).toEqual(expected)
        })
      }
    }
  })

  test('promise 10: untraced, refused and repeated appends are not announced', async () => {
    await using under = await open({ historyEvents: 3 })
    const watcher = new Watcher(under.peer)
    await untilHeard(under.log, [watcher])
    const channel = newChannel()
    const key = { key: 'k', fingerprint: 'f' }
    await accept(under.log, channel, newEvents('untraced'))
    await accept(under.log, channel, [tracedEvent('a')], key)
    const repeated = await accept(under.log, channel, [tracedEvent('a')], key)
    const reused = { key: 'k', fingerprint: 'other' }
    const refused = [
      await under.log.append(channel, [tracedEvent('b')], reused),
      await under.log.append(
        channel,
        Array.from({ length: 4 }, () => tracedEvent('c')),
      ),
    ]
    await accept(under.log, channel, [tracedEvent(END)])
    await eventually(() => {
      expect(watcher.of(channel).map(({ first }) => first)).toEqual([2, 3])
    })
    expect([repeated.repeated, ...refused.map(({ kind }) => kind)]).toEqual([
      true,
      'key-reused',
      'too-large',
    ])
  })

  test('promise 10: a watch that has ended hears nothing, and ending it twice leaves others alone', async () => {
    await using under = await open()
    const [ended, staying] = [new Watcher(under.log), new Watcher(under.log)]
    await untilHeard(under.peer, [ended, staying])
    ended.stop()
    ended.stop()
    const channel = newChannel()
    await accept(under.peer, channel, [tracedEvent('a')])
    await eventually(() => {
      expect(staying.of(channel)).toHaveLength(1)
    })
    expect(ended.of(channel)).toEqual([])
    staying.stop()
    await untilHeard(under.peer, [new Watcher(under.log)])
    expect([ended, staying].map((watcher) => watcher.of(channel).length)).toEqual([0, 1])
  })

  test('promise 11: after close no watcher is called', async () => {
    await using under = await open()
    const watcher = new Watcher(under.log)
    await untilHeard(under.peer, [watcher])
    const channel = newChannel()
    const inFlight = Promise.allSettled([under.peer.append(channel, [tracedEvent('in flight')])])
    await under.log.close()
    const told = watcher.of(channel).length
    const late = new Watcher(under.log)
    await inFlight
    const isShared = under.peer !== under.log
    if (isShared) await untilHeard(under.peer, [new Watcher(under.peer)])
    expect([watcher.of(channel).length, late.of(channel).length]).toEqual([told, 0])
    watcher.stop()
  })
}
