import { expect, test } from 'vitest'
import { passTurns } from '../../test/support/clients/hub-client.ts'
import { dataAfter, numbers, openTail, readAfter } from '../../test/support/open-tail.ts'
import { ScriptedLog } from '../../test/support/scripted-log.ts'

test('events that follow on the top need no read', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const tail = await openTail(log)
  const reads = log.reads.length
  log.notifying = 'twice'
  log.history.publish('a', '2', '3')
  log.history.publish('a', '4')
  expect(dataAfter(tail, 1)).toEqual(['2', '3', '4'])
  await passTurns()
  expect(log.reads).toHaveLength(reads)
})

test('a hole in the notifications is filled by one read, without an invalidation', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const tail = await openTail(log)
  const reads = log.reads.length
  log.notifying = 'lost'
  log.history.publish('a', '2')
  log.history.publish('a', '3')
  log.notifying = 'at-once'
  log.history.publish('a', '4', '5')
  log.history.publish('a', '6')
  await passTurns()
  expect(dataAfter(tail, 1)).toEqual(['2', '3', '4', '5', '6'])
  expect(log.reads).toHaveLength(reads + 1)
})

test('notifications that come out of order, late or never add up to the log', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const tail = await openTail(log)
  log.notifying = 'late'
  log.history.publish('a', '2')
  log.history.publish('a', '3')
  log.deliverLate('newest-first')
  await passTurns()
  expect(dataAfter(tail, 1)).toEqual(['2', '3'])
  log.notifying = 'lost'
  log.history.publish('a', '4')
  expect(tail.top).toBe(3)
  tail.sync.invalidate()
  await passTurns()
  expect(dataAfter(tail, 1)).toEqual(['2', '3', '4'])
})

test('listeners are notified of each change of the top, refills and forks', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const tail = await openTail(log)
  const seen: unknown[] = []
  tail.listeners.add(() => seen.push([tail.generation, tail.top]))
  log.history.publish('a', '2')
  log.notifying = 'lost'
  log.history.publish('a', '3')
  tail.sync.invalidate()
  await passTurns()
  log.history.failOver(2)
  tail.sync.invalidate()
  await passTurns()
  expect(seen).toEqual([
    [0, 2],
    [0, 3],
    [1, 1],
  ])
})

test('an invalidation during a read makes the tail read again', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const tail = await openTail(log)
  log.notifying = 'lost'
  log.answering = 'held'
  log.areRepliesLate = true
  tail.sync.invalidate()
  log.history.publish('a', '2')
  tail.sync.invalidate()
  log.release()
  await passTurns()
  log.release()
  await passTurns()
  expect(dataAfter(tail, 1)).toEqual(['2'])
})

test('listeners are told of what a read has brought while it is repeated', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const tail = await openTail(log)
  const tops: number[] = []
  tail.listeners.add(() => tops.push(tail.top))
  log.notifying = 'lost'
  log.history.publish('a', '2')
  log.answering = 'held'
  tail.sync.invalidate()
  tail.sync.invalidate()
  log.release()
  await passTurns()
  expect([tops, log.heldCalls]).toEqual([[2], 1])
  log.release()
  await passTurns()
})

test('a hole that shows only when a late read has been answered is filled', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const tail = await openTail(log)
  log.answering = 'held'
  log.areRepliesLate = true
  tail.sync.invalidate()
  log.notifying = 'lost'
  log.history.publish('a', '2')
  log.notifying = 'at-once'
  log.history.publish('a', '3')
  log.answering = 'at-once'
  log.release()
  await passTurns()
  expect(dataAfter(tail, 1)).toEqual(['2', '3'])
})

test('a hole larger than one read moves the top at once, and its events are in pages', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const tail = await openTail(log)
  const reads = log.reads.length
  log.notifying = 'lost'
  log.history.publish('a', ...numbers(2, 2_500))
  tail.sync.invalidate()
  await passTurns()
  expect([tail.top, tail.covers(1), log.reads.length - reads]).toEqual([2_500, false, 1])
  log.notifying = 'at-once'
  log.history.publish('a', '2501')
  expect(dataAfter(tail, 2_500)).toEqual(['2501'])
  expect(await readAfter(tail, 1)).toEqual(numbers(2, 2_501))
})

test('events during a slow read are held up to a bound, and read from the log beyond it', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const tail = await openTail(log)
  log.answering = 'held'
  log.areRepliesLate = true
  tail.sync.invalidate()
  log.history.publish('a', 'small')
  const large = Array.from({ length: 40 }, () => 'x'.repeat(10_000))
  const reads = log.reads.length
  for (const data of large) log.history.publish('a', data)
  log.answering = 'at-once'
  log.release()
  await passTurns()
  expect([tail.top, log.reads.length - reads]).toEqual([42, 1])
  expect(await readAfter(tail, 1)).toEqual(['small', ...large])
})

test('an invalidation without an answer leaves the tail as it is, and the next one heals it', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const tail = await openTail(log)
  log.notifying = 'lost'
  log.history.publish('a', '2')
  log.answering = 'failing'
  tail.sync.invalidate()
  await passTurns()
  expect(tail.top).toBe(1)
  log.answering = 'at-once'
  tail.sync.invalidate()
  await passTurns()
  expect(dataAfter(tail, 1)).toEqual(['2'])
})

test('refreshing waits for a read that began after the call', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const tail = await openTail(log)
  log.notifying = 'lost'
  log.answering = 'held'
  log.areRepliesLate = true
  tail.sync.invalidate()
  log.history.publish('a', '2')
  const refreshed = tail.sync.refresh().then(() => tail.top)
  log.release()
  await passTurns()
  log.release()
  expect(await refreshed).toBe(2)
})

test('a tail whose read has failed reads again before it counts as caught up', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const tail = await openTail(log)
  log.notifying = 'lost'
  log.history.publish('a', '2')
  log.answering = 'failing'
  tail.sync.invalidate()
  await passTurns(2)
  log.answering = 'at-once'
  await tail.sync.catchUp()
  expect(tail.top).toBe(2)
})

test('a read that has failed is repeated though no notification comes', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const tail = await openTail(log)
  log.notifying = 'lost'
  log.history.publish('a', '2')
  log.answering = 'failing'
  tail.sync.invalidate()
  await passTurns(2)
  log.answering = 'at-once'
  tail.evictIdle(performance.now())
  await passTurns(2)
  expect(tail.top).toBe(2)
})
