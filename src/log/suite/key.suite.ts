import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AppendResult } from '../event-log.ts'
import {
  accept,
  newChannel,
  newEvents,
  readAll,
  RUNS,
  tracedEvent,
  type OpenLog,
} from './helpers.suite.ts'

const keyText = fc.stringMatching(/^[!-~]{1,12}$/)

export function testKeys(open: OpenLog): void {
  test('promises 2 and 4: a key repeated gives the first positions, a key reused is refused', async () => {
    await using under = await open()
    const step = fc.record({
      channel: fc.nat(1),
      key: fc.option(fc.nat(2), { nil: undefined }),
      fingerprint: fc.constantFrom('f', 'g'),
      count: fc.integer({ min: 1, max: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), keyText, async (steps, prefix) => {
        const channels = [newChannel(), newChannel()]
        const tops = [0, 0]
        const firsts = new Map<string, { fingerprint: string; result: AppendResult }>()
        for (const [number, { channel, key, fingerprint, count }] of steps.entries()) {
          const log = number % 2 === 0 ? under.log : under.peer
          const events = newEvents(...Array.from({ length: count }, (_, i) => `${number}.${i}`))
          const result = await log.append(
            channels[channel]!,
            events,
            key === undefined ? undefined : { key: `${prefix}${key}`, fingerprint },
          )

          const name = `${channel} ${key}`
          const known = key === undefined ? undefined : firsts.get(name)
          expect(result).toMatchObject(
            known === undefined
              ? { kind: 'accepted', first: tops[channel]! + 1, count, repeated: false }
              : known.fingerprint === fingerprint
                ? { ...known.result, repeated: true }
                : { kind: 'key-reused' },
          )
          if (known === undefined) {
            tops[channel]! += count
            if (key !== undefined) firsts.set(name, { fingerprint, result })
          }
        }
        for (const [index, channel] of channels.entries()) {
          expect((await readAll(under.log, channel)).history.top).toBe(tops[index])
        }
      }),
      RUNS,
    )
  })

  test('promise 4: of concurrent appends with one key, one is accepted and the others repeat it', async () => {
    await using under = await open()
    const callers = fc.integer({ min: 2, max: 10 })
    await fc.assert(
      fc.asyncProperty(callers, keyText, async (count, text) => {
        const channel = newChannel()
        await accept(under.log, channel, newEvents('before'))
        const key = { key: text, fingerprint: 'f' }
        const results = await Promise.all(
          Array.from({ length: count }, async (_, caller) =>
            accept(caller % 2 === 0 ? under.log : under.peer, channel, newEvents('a', 'b'), key),
          ),
        )
        for (const { first, count: length } of results) {
          expect({ first, length }).toEqual({ first: 2, length: 2 })
        }
        expect(results.filter(({ repeated }) => !repeated)).toHaveLength(1)
        expect((await readAll(under.log, channel)).history.top).toBe(3)
      }),
      RUNS,
    )
  })

  test('promise 4: a retry has another trace context, and leaves the first one in the log', async () => {
    await using under = await open()
    const channel = newChannel()
    const key = { key: 'k', fingerprint: 'f' }
    const first = await accept(under.log, channel, [tracedEvent('a', 'try=1')], key)
    const again = await accept(under.peer, channel, [tracedEvent('a', 'try=2')], key)
    expect(again).toEqual({ ...first, repeated: true })
    const { events } = await readAll(under.log, channel)
    expect(events.map(({ trace }) => trace?.tracestate)).toEqual(['try=1'])
  })

  test('promise 4: a key belongs to its channel, even where the two texts joined look the same', async () => {
    await using under = await open()
    const channelText = fc.stringMatching(/^[A-Za-z0-9._~:-]{1,8}$/)
    const separator = fc.constantFrom('', ':', '.', '-', '_', '~')
    await fc.assert(
      fc.asyncProperty(channelText, separator, keyText, async (middle, between, end) => {
        const channel = newChannel()
        const pairs = [
          { channel, key: `${middle}${between}${end}` },
          { channel: `${channel}${between}${middle}`, key: end },
        ]
        for (const { channel: name, key } of pairs) {
          const result = await accept(under.log, name, newEvents('a'), { key, fingerprint: key })
          expect(result).toMatchObject({ first: 1, repeated: false })
        }
      }),
      RUNS,
    )
  })

  test('promise 4: a key repeated gives the first positions even when those events are trimmed', async () => {
    await using under = await open({ historyEvents: 2 })
    const channel = newChannel()
    const key = { key: 'k', fingerprint: 'f' }
    const first = await accept(under.log, channel, newEvents('a', 'b'), key)
    await accept(under.log, channel, newEvents('c', 'd'))
    expect(await accept(under.peer, channel, newEvents('a', 'b'), key)).toEqual({
      ...first,
      repeated: true,
    })
    const { events } = await readAll(under.log, channel)
    expect(events.map(({ data }) => data)).toEqual(['c', 'd'])
  })
}
