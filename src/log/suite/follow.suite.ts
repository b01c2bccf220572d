import { setImmediate } from 'node:timers/promises'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { LogUnavailable, type EventLog } from '../event-log.ts'
import {
  accept,
  newChannel,
  newEvents,
  readAll,
  Recorder,
  RUNS,
  tracedEvent,
  type Accepted,
  type OpenLog,
} from './helpers.suite.ts'

const END = 'end'

const appendStep = fc.record({
  channel: fc.nat(1),
  count: fc.integer({ min: 1, max: 3 }),
  pauses: fc.nat(2),
})
const callerScripts = fc.array(fc.array(appendStep, { maxLength: 6 }), {
  minLength: 1,
  maxLength: 4,
})
const followSteps = fc.array(
  fc.record({ channel: fc.nat(1), pauses: fc.nat(6), isPeer: fc.boolean() }),
  { minLength: 1, maxLength: 4 },
)

export function testFollowing(open: OpenLog): void {
  test('promise 8: each append reaches its followers as one batch, equal to what is read', async () => {
    await using under = await open()
    const channel = newChannel()
    const followers = [new Recorder(), new Recorder(), new Recorder()]
    const stranger = new Recorder()
    await under.log.follow(newChannel(), stranger)
    for (const [index, follower] of followers.entries()) {
      await (index === 0 ? under.log : under.peer).follow(channel, follower)
    }
    const { epoch } = await accept(under.log, channel, [
      ...newEvents('a', ''),
      tracedEvent('c', 'vendor=1'),
    ])
    await accept(under.peer, channel, newEvents('\0\u{1f680}'))
    await accept(under.log, channel, [tracedEvent('e')])
    const { events } = await readAll(under.log, channel)
    expect(events.map(({ trace }) => trace?.tracestate ?? trace?.traceparent)).toEqual([
      undefined,
      undefined,
      'vendor=1',
      undefined,
      expect.any(String),
    ])
    for (const follower of followers) {
      await eventually(() => {
        expect(follower.batches).toEqual([
          { epoch, events: events.slice(0, 3) },
          { epoch, events: events.slice(3, 4) },
          { epoch, events: events.slice(4) },
        ])
      })
    }
    expect(stranger.batches).toEqual([])
  })

  test('promise 8: followers of concurrent appends see each once and in order from where they began', async () => {
    await using under = await open()
    await fc.assert(
      fc.asyncProperty(callerScripts, followSteps, async (scripts, follows) => {
        const channels = [newChannel(), newChannel()]
        const appends = channels.map((): { result: Accepted; begun: number }[] => [])
        let begun = 0
        const append = async (log: EventLog, channel: number, data: string[]): Promise<void> => {
          const number = begun++
          const result = await accept(log, channels[channel]!, newEvents(...data))
          appends[channel]!.push({ result, begun: number })
        }
        const [followers] = await Promise.all([
          Promise.all(
            follows.map(async ({ channel, pauses, isPeer }) => {
              await pause(pauses)
              const recorder = new Recorder()
              await (isPeer ? under.peer : under.log).follow(channels[channel]!, recorder)
              return { channel, recorder, since: begun }
            }),
          ),
          ...scripts.map(async (script, caller) => {
            for (const { channel, count, pauses } of script) {
              await pause(pauses)
              const log = caller % 2 === 0 ? under.log : under.peer
              await append(log, channel, Array.from({ length: count }, String))
            }
          }),
        ])
        for (const index of channels.keys()) await append(under.log, index, [END])

        for (const { channel, recorder, since } of followers) {
          await eventually(() => {
            expect(recorder.data.at(-1)).toBe(END)
          })
          const seen = recorder.batches.map(({ epoch, events }) => ({
            epoch,
            offsets: events.map(({ offset }) => offset),
          }))
          const start = seen[0]!.offsets[0]!
          const line = appends[channel]!.toSorted((a, b) => a.result.first - b.result.first)
          expect(seen).toEqual(
            line
              .filter(({ result }) => result.first >= start)
              .map(({ result: { epoch, first, count } }) => ({
                epoch,
                offsets: Array.from({ length: count }, (_, place) => first + place),
              })),
          )
          const due = line.filter((entry) => entry.begun >= since)
          expect(Math.min(...due.map(({ result }) => result.first))).toBeGreaterThanOrEqual(start)
        }
      }),
      RUNS,
    )
  })

  test('promise 8: refused and repeated appends reach no follower', async () => {
    await using under = await open({ historyEvents: 3 })
    const channel = newChannel()
    const follower = new Recorder()
    await under.peer.follow(channel, follower)
    const key = { key: 'k', fingerprint: 'f' }
    await accept(under.log, channel, newEvents('a'), key)
    await accept(under.log, channel, newEvents('a'), key)
    await under.log.append(channel, newEvents('b'), { key: 'k', fingerprint: 'other' })
    await under.log.append(channel, newEvents('1', '2', '3', '4'))
    await accept(under.log, channel, newEvents(END))
    await eventually(() => {
      expect(follower.data).toEqual(['a', END])
    })
  })

  test('promise 8: a follower that appends in turn does not change the order for others', async () => {
    await using under = await open()
    const channel = newChannel()
    const answers: Promise<unknown>[] = []
    await under.log.follow(channel, {
      events: (_, [event]) => {
        if (event?.data === 'question') {
          answers.push(under.log.append(channel, newEvents('answer')))
        }
      },
      invalidate: () => {},
    })
    const other = new Recorder()
    await under.log.follow(channel, other)
    await accept(under.log, channel, newEvents('question'))
    await eventually(() => {
      expect(other.data).toEqual(['question', 'answer'])
    })
    await Promise.all(answers)
  })

  test('promise 8: a follower gets nothing after its following was ended', async () => {
    await using under = await open()
    const channel = newChannel()
    const ended = new Recorder()
    const staying = new Recorder()
    const stop = await under.log.follow(channel, ended)
    await under.log.follow(channel, staying)
    await accept(under.peer, channel, newEvents('a'))
    await eventually(() => {
      expect(ended.data).toEqual(['a'])
    })
    const pending = accept(under.peer, channel, newEvents('b'))
    stop()
    await pending
    await eventually(() => {
      expect(staying.data).toEqual(['a', 'b'])
    })
    expect(ended.data).toEqual(['a'])
  })

  test('promise 8: ending a following twice leaves a later one of the same follower alone', async () => {
    await using under = await open()
    const channel = newChannel()
    const follower = new Recorder()
    const other = new Recorder()
    await under.log.follow(channel, other)
    const stop = await under.log.follow(channel, follower)
    stop()
    await under.log.follow(channel, follower)
    stop()
    await accept(under.peer, channel, newEvents('a'))
    await eventually(() => {
      expect([follower.data, other.data]).toEqual([['a'], ['a']])
    })
  })

  test('promise 11: after close no follower is called, and the log is away', async () => {
    await using under = await open()
    const channel = newChannel()
    const follower = new Recorder()
    const stop = await under.log.follow(channel, follower)
    const inFlight = Promise.allSettled([under.peer.append(channel, newEvents('in flight'))])
    await under.log.close()
    const told = follower.data.length
    await inFlight
    await appendThrough(under.peer, channel)
    expect(follower.data).toHaveLength(told)
    stop()

    expect(under.log.status().reachable).toBe(false)
    expect(under.log.reaches(channel)).toBe(false)
    const range = { after: 0, maxEvents: 1, maxBytes: 1 }
    await expect(under.log.read(channel, range)).rejects.toThrow(LogUnavailable)
    await expect(under.log.append(channel, newEvents('a'))).rejects.toThrow(LogUnavailable)
    await expect(under.log.follow(channel, follower)).rejects.toThrow(LogUnavailable)
  })

  test('promise 11: closing twice is harmless', async () => {
    await using under = await open()
    expect(under.log.status()).toMatchObject({ ready: true, reachable: true })
    expect(under.log.reaches(newChannel())).toBe(true)
    await Promise.all([under.log.close(), under.log.close()])
    await under.log.close()
  })
}

/** Appends and waits until a follower has the event. A log of a single process is closed, and rejects. */
async function appendThrough(peer: EventLog, channel: string): Promise<void> {
  const witness = new Recorder()
  try {
    await peer.follow(channel, witness)
    await accept(peer, channel, newEvents('late'))
  } catch (error) {
    if (error instanceof LogUnavailable) return
    throw error
  }
  await eventually(() => {
    expect(witness.data).toContain('late')
  })
}

async function pause(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await setImmediate()
}
