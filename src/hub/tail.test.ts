import { expect, test } from 'vitest'
import { passTurns } from '../../test/support/hub-client.ts'
import { dataAfter, newTail, numbers, openTail, resumeAt } from '../../test/support/open-tail.ts'
import { ScriptedLog } from '../../test/support/scripted-log.ts'
import { LogUnavailable } from '../log/event-log.ts'
import type { Tail } from './tail.ts'

test('what is published while a tail opens is at hand, whether the read or a notification tells it', async () => {
  for (const areRepliesLate of [true, false]) {
    const log = new ScriptedLog()
    log.answering = 'held'
    log.areRepliesLate = areRepliesLate
    const tail = newTail(log)
    const opened = tail.open()
    log.history.publish('a', '1')
    log.release()
    await passTurns()
    log.history.publish('a', '2')
    log.release()
    await opened
    await passTurns()
    log.release()
    await passTurns()
    expect(tail.top).toBe(2)
    log.answering = 'at-once'
    log.history.publish('a', '3')
    expect(dataAfter(tail, 2)).toEqual(['3'])
  }
})

test('a tail that could not open opens at the next try, and follows once', async () => {
  const log = new ScriptedLog()
  const tail = newTail(log)
  log.answering = 'failing'
  await expect(tail.open()).rejects.toThrow(LogUnavailable)
  log.answering = 'held'
  const second = tail.open()
  log.release()
  await passTurns()
  // It follows now, and the read is on its way.
  log.answering = 'failing'
  log.release()
  await expect(second).rejects.toThrow(LogUnavailable)
  log.answering = 'at-once'
  await Promise.all([tail.open(), tail.open()])
  expect(log.followers('a')).toBe(1)
  log.history.publish('a', '1')
  await passTurns()
  expect(dataAfter(tail, 0)).toEqual(['1'])
})

test('what comes while no try to open is under way is not kept in memory', async () => {
  const log = new ScriptedLog()
  log.answering = 'held'
  const tail = newTail(log)
  const opened = tail.open()
  log.release()
  await passTurns()
  const kept = [tellEvent(tail)]
  log.answering = 'failing'
  log.release()
  await expect(opened).rejects.toThrow(LogUnavailable)
  kept.push(tellEvent(tail))
  await passTurns()
  globalThis.gc?.()
  expect(kept.map((event) => event.deref())).toEqual([undefined, undefined])
})

test('a tail that closes while it opens follows no longer', async () => {
  const log = new ScriptedLog()
  log.answering = 'held'
  const tail = newTail(log)
  void tail.open()
  tail.close()
  log.answering = 'at-once'
  log.release()
  await passTurns()
  expect(log.followers('a')).toBe(0)
})

test('a closed tail asks the log for nothing', async () => {
  const log = new ScriptedLog()
  const tail = await openTail(log)
  const reads = log.reads.length
  tail.close()
  tail.doubt()
  tail.events('ep000001', [{ offset: 7, name: 'message', data: '', time: 0 }])
  await passTurns()
  expect(log.reads).toHaveLength(reads)
})

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

test('a hole in the notifications is filled by one read, without a doubt', async () => {
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
  tail.doubt()
  await passTurns()
  expect(dataAfter(tail, 1)).toEqual(['2', '3', '4'])
})

test('listeners are told of each change of the top, refills and forks', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const tail = await openTail(log)
  const seen: unknown[] = []
  tail.listeners.add(() => seen.push([tail.generation, tail.top]))
  log.history.publish('a', '2')
  log.notifying = 'lost'
  log.history.publish('a', '3')
  tail.doubt()
  await passTurns()
  log.history.failOver(2)
  tail.doubt()
  await passTurns()
  expect(seen).toEqual([
    [0, 2],
    [0, 3],
    [1, 1],
  ])
})

test('a doubt that comes while the log is read makes it read again', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const tail = await openTail(log)
  log.notifying = 'lost'
  log.answering = 'held'
  log.areRepliesLate = true
  tail.doubt()
  log.history.publish('a', '2')
  tail.doubt()
  log.release()
  await passTurns()
  log.release()
  await passTurns()
  expect(dataAfter(tail, 1)).toEqual(['2'])
})

test('a hole that shows only when a late read has been answered is filled', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const tail = await openTail(log)
  log.answering = 'held'
  log.areRepliesLate = true
  tail.doubt()
  log.notifying = 'lost'
  log.history.publish('a', '2')
  log.notifying = 'at-once'
  log.history.publish('a', '3')
  log.answering = 'at-once'
  log.release()
  await passTurns()
  expect(dataAfter(tail, 1)).toEqual(['2', '3'])
})

test('a hole larger than a page is filled', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const tail = await openTail(log)
  log.notifying = 'lost'
  log.history.publish('a', ...numbers(2, 2_500))
  tail.doubt()
  await passTurns()
  expect(dataAfter(tail, 1)).toEqual(numbers(2, 2_500))
})

test('a doubt the log does not answer leaves the tail as it is, and the next one heals it', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const tail = await openTail(log)
  log.notifying = 'lost'
  log.history.publish('a', '2')
  log.answering = 'failing'
  tail.doubt()
  await passTurns()
  expect(tail.top).toBe(1)
  log.answering = 'at-once'
  tail.doubt()
  await passTurns()
  expect(dataAfter(tail, 1)).toEqual(['2'])
})

test('a new epoch that lost nothing is no fork', async () => {
  const log = new ScriptedLog()
  const [position] = log.history.publish('a', '1')
  const tail = await openTail(log)
  log.history.failOver(0)
  log.history.publish('a', '2')
  await passTurns()
  expect(tail.generation).toBe(0)
  expect(dataAfter(tail, 1)).toEqual(['2'])
  expect(resumeAt(tail, position)).toEqual({ after: 1, gaps: [] })
})

test('a place in a history that forked away keeps its name', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const [second] = log.history.publish('a', '2')
  const tail = await openTail(log)
  log.history.failOver(1)
  log.history.publish('a', 'other')
  await passTurns()
  expect(tail.generation).toBe(1)
  expect(tail.positionAt(2, 0)).toBe(second)
  expect(tail.positionAt(2)).toBe(log.history.top('a'))
})

test('a place older than all forks that are remembered is lost, never taken for another', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  log.history.publish('a', '2')
  const tail = await openTail(log)
  const tops: number[] = []
  for (let fork = 1; fork <= 20; fork++) {
    tops.push(tail.top)
    log.history.failOver(1)
    log.history.publish('a', `fork ${fork}`)
    log.history.publish('a', `fork ${fork}, lost by the next`)
    await passTurns()
    expect(tail.generation).toBe(fork)
  }
  const reasons = tops.map((top, generation) => {
    return resumeAt(tail, tail.positionAt(top, generation)).gaps[0]?.reason
  })
  expect(reasons.slice(0, 4)).toEqual(Array(4).fill('epoch-lost'))
  expect(reasons.slice(4)).toEqual(Array(16).fill('diverged'))
})

test('refreshing waits for a read that began after the call', async () => {
  const log = new ScriptedLog()
  log.history.publish('a', '1')
  const tail = await openTail(log)
  log.notifying = 'lost'
  log.answering = 'held'
  log.areRepliesLate = true
  tail.doubt()
  log.history.publish('a', '2')
  const refreshed = tail.refresh().then(() => tail.top)
  log.release()
  await passTurns()
  log.release()
  expect(await refreshed).toBe(2)
})

/** In a function of its own, so that no variable of the test holds the event. */
function tellEvent(tail: Tail): WeakRef<object> {
  const event = { offset: 1, name: 'message', data: '1', time: 0 }
  tail.events('ep000001', [event])
  return new WeakRef(event)
}
