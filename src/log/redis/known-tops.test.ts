import { expect, onTestFinished, test, vi } from 'vitest'
import type { Appended } from './parse-replies.ts'
import { KnownTops } from './known-tops.ts'
import type { Top } from './channel-top.ts'

const at = (offset: number): Top => ({ epoch: 'e', offset, time: offset })

function appended(offset: number): Appended {
  const result = { kind: 'accepted', epoch: 'e', first: offset, count: 1, repeated: false } as const
  return { result, top: at(offset) }
}

test('the first of concurrent appends carries the known top, and the next one after it the new top', async () => {
  const known = new KnownTops(() => undefined)
  known.note('a', at(1))
  const told: (Top | undefined)[] = []
  const append = async (channel: string, offset: number) =>
    known.tellWith(channel, async (top) => {
      told.push(top)
      return appended(offset)
    })
  await Promise.all([append('a', 2), append('a', 3)])
  await append('a', 4)
  expect(told).toEqual([at(1), undefined, at(3)])
})

test('an append that fails leaves the known top to the next one', async () => {
  const known = new KnownTops(() => undefined)
  known.note('a', at(1))
  const failing = known.tellWith('a', async () => {
    throw new Error('away')
  })
  await expect(failing).rejects.toThrow('away')
  await known.tellWith('a', async (top) => {
    expect(top).toEqual(at(1))
    return appended(2)
  })
})

const NOTHING: Appended = { result: { kind: 'key-reused' }, top: undefined }

test('a top that was carried in vain is carried again, though appends without it have succeeded', async () => {
  for (const inVain of [async () => NOTHING, async () => Promise.reject(new Error('away'))]) {
    const known = new KnownTops(() => undefined)
    known.note('a', at(5))
    const told: (Top | undefined)[] = []
    const append = async (run: () => Promise<Appended>) =>
      known.tellWith('a', async (top) => {
        told.push(top)
        return run()
      })
    await Promise.allSettled([append(inVain), append(async () => appended(3))])
    await Promise.allSettled([append(inVain), append(async () => appended(4))])
    await append(async () => appended(5))
    await append(async () => appended(6))
    expect(told).toEqual([at(5), undefined, at(5), undefined, at(5), at(5)])
  }
})

test('a top that was carried in vain is carried no more once the log has judged it', async () => {
  const known = new KnownTops(() => undefined)
  known.note('a', at(5))
  const append = async (answer: Appended) => known.tellWith('a', async () => answer)
  await Promise.all([append(NOTHING), append(appended(3))])
  known.replace('a', at(7), at(8))
  expect(known.of('a')).toEqual(at(5))
  const told = known.of('a')
  known.replace('a', told, at(4))
  expect(known.of('a')).toEqual(at(4))
})

test('a check that began before a top was carried in vain has not judged that', async () => {
  const known = new KnownTops(() => undefined)
  known.note('a', at(5))
  const before = known.of('a')
  const append = async (answer: Appended) => known.tellWith('a', async () => answer)
  await Promise.all([append(NOTHING), append(NOTHING)])
  known.replace('a', before, at(7))
  expect(known.of('a')).toEqual(at(5))
})

test('an answer of the log replaces the known top that it was given, but no newer one', () => {
  const known = new KnownTops(() => undefined)
  const told = at(5)
  known.note('a', told)
  known.replace('a', told, at(3))
  expect(known.of('a')).toEqual(at(3))
  known.replace('a', told, at(4))
  expect(known.of('a')).toEqual(at(3))
})

test('ten thousand channels are remembered, those noted last', () => {
  const known = new KnownTops(() => undefined)
  for (let index = 0; index <= 10_000; index++) known.note(`channel-${index}`, at(index))
  expect([known.of('channel-0'), known.of('channel-1')]).toEqual([undefined, at(1)])
  known.note('channel-1', at(7))
  known.note('another', at(1))
  expect([known.of('channel-1'), known.of('channel-2')]).toEqual([at(7), undefined])
})

test('a top is known for an hour after it was noted', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const known = new KnownTops(() => undefined)
  known.note('a', at(1))
  vi.advanceTimersByTime(3_599_000)
  expect(known.of('a')).toEqual(at(1))
  vi.advanceTimersByTime(2_000)
  expect(known.of('a')).toBeUndefined()
})
