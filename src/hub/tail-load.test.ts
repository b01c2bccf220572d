import { expect, test } from 'vitest'
import { passTurns } from '../../test/support/hub-client.ts'
import { dataAfter, numbers, openTail, resumeAt } from '../../test/support/open-tail.ts'
import { ScriptedLog } from '../../test/support/scripted-log.ts'
import { LogUnavailable } from '../log/event-log.ts'

test('readers that ask at once, at any depth, share their reads', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', ...numbers(1, 500))
  const tail = await openTail(log)
  const reads = log.reads.length
  await Promise.all(Array.from({ length: 1_000 }, (_, index) => tail.load((index * 7 + 250) % 500)))
  expect(dataAfter(tail, 0)).toEqual(numbers(1, 500))
  // One for the first who asked, one for all who asked for more meanwhile.
  expect(log.reads.length - reads).toBeLessThanOrEqual(2)
  await tail.load(0)
  expect(log.reads.length - reads).toBeLessThanOrEqual(2)
})

test('a history longer than a page is read page by page, once', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', ...numbers(1, 2_500))
  const tail = await openTail(log)
  const reads = log.reads.length
  await tail.load(100)
  expect(dataAfter(tail, 100)).toEqual(numbers(101, 2_500))
  expect(log.reads.slice(reads).map(({ after }) => after)).toEqual([100, 1_100, 2_100])
})

test('a load that fails can be tried again', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1', '2')
  const tail = await openTail(log)
  log.answering = 'failing'
  await expect(tail.load(0)).rejects.toThrow(LogUnavailable)
  log.answering = 'at-once'
  await tail.load(0)
  expect(dataAfter(tail, 0)).toEqual(['1', '2'])
})

test('events that were trimmed between two pages are not at hand, nor are those before them', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', ...numbers(1, 2_000))
  const tail = await openTail(log)
  log.answering = 'held'
  const loaded = tail.load(0)
  log.release()
  await passTurns()
  log.history.trim('a', 1_500)
  log.answering = 'at-once'
  log.release()
  await loaded
  expect(tail.covers(1_499)).toBe(false)
  expect(dataAfter(tail, 1_500)).toEqual(numbers(1_501, 2_000))
  expect(resumeAt(tail, tail.positionAt(1_000)).gaps[0]).toMatchObject({ missed: 500 })
})

test('a load from a log that has lost its tail ends, and finds the fork', async () => {
  const log = new ScriptedLog()
  const positions = numbers(1, 10).flatMap((data) => log.history.publish('a', data))
  const tail = await openTail(log)
  log.history.failOver(2)
  await tail.load(3)
  expect(tail.top).toBe(8)
  expect(tail.generation).toBe(1)
  expect(resumeAt(tail, positions.at(-1))).toMatchObject({ after: 8, gaps: [{ reason: 'ahead' }] })
})

test('a load from a log that was trimmed beyond what the tail has heard of catches up', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', ...numbers(1, 10))
  const tail = await openTail(log)
  log.notifying = 'lost'
  log.history.publish('a', ...numbers(11, 20))
  log.history.trim('a', 15)
  await tail.load(3)
  expect([tail.oldest, tail.top]).toEqual([16, 20])
  expect(dataAfter(tail, 15)).toEqual(numbers(16, 20))
})

test('pages of two histories are never mixed', async () => {
  const log = new ScriptedLog()
  for (let write = 0; write < 4; write++) {
    log.history.publish('a', ...numbers(1, 500).map((data) => `old ${data}`))
  }
  const tail = await openTail(log)
  log.answering = 'held'
  log.areRepliesLate = true
  const loaded = tail.load(100)
  log.history.failOver(3)
  log.history.publish('a', ...numbers(1, 2_000).map((data) => `new ${data}`))
  await passTurns()
  log.answering = 'at-once'
  log.release()
  await loaded
  await tail.load(100)
  const data = dataAfter(tail, 100)
  expect(data.slice(0, 400)).toEqual(numbers(101, 500).map((text) => `old ${text}`))
  expect(data.slice(400)).toEqual(numbers(1, 2_000).map((text) => `new ${text}`))
})

test('events leave a while after the last reader that was behind', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1', '2')
  const tail = await openTail(log)
  await tail.load(0)
  const now = performance.now()
  tail.relax(now)
  tail.relax(now + 4_000)
  expect(tail.covers(0)).toBe(true)
  tail.relax(now + 6_000)
  tail.relax(now + 7_000)
  expect(tail.covers(1)).toBe(false)
  log.history.publish('a', '3')
  tail.relax(now + 8_000)
  expect(dataAfter(tail, 2)).toEqual(['3'])
})

test('events do not leave while they are being read', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1', '2')
  const tail = await openTail(log)
  log.history.publish('a', '3')
  log.answering = 'held'
  const loaded = tail.load(0)
  tail.relax(performance.now() + 60_000)
  tail.relax(performance.now() + 61_000)
  log.release()
  await loaded
  expect(dataAfter(tail, 0)).toEqual(['1', '2', '3'])
})
