/** How a tail begins to follow its channel, and ends. */
import { expect, test } from 'vitest'
import { passTurns } from '../../test/support/clients/hub-client.ts'
import { dataAfter, newTail, openTail, roomyMemory } from '../../test/support/open-tail.ts'
import { ScriptedLog } from '../../test/support/scripted-log.ts'
import { LogUnavailable } from '../log/event-log.ts'
import { Tail } from './tail.ts'

test('a tail has the events that are published while it opens, from the read or a notification', async () => {
  for (const areRepliesLate of [true, false]) {
    const log = new ScriptedLog()
    log.answering = 'held'
    log.areRepliesLate = areRepliesLate
    const tail = newTail(log)
    const opened = tail.sync.open()
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

test('an event is not lost, whatever the moment at which it is told', async () => {
  for (const begin of ['open', 'refresh'] as const) {
    for (let microtasks = 0; microtasks < 20; microtasks++) {
      const log = new ScriptedLog()
      const tail = newTail(log)
      if (begin === 'refresh') await tail.sync.open()
      const done = tail.sync[begin]()
      for (let passed = 0; passed < microtasks; passed++) await Promise.resolve()
      log.history.publish('a', '1')
      await done
      await passTurns()
      expect([begin, microtasks, tail.top]).toEqual([begin, microtasks, 1])
    }
  }
})

test('a tail that could not open opens at the next try, and follows once', async () => {
  const log = new ScriptedLog()
  const tail = newTail(log)
  log.answering = 'failing'
  await expect(tail.sync.open()).rejects.toThrow(LogUnavailable)
  log.answering = 'held'
  const second = tail.sync.open()
  log.release()
  await passTurns()
  // It follows now, and the read is on its way.
  log.answering = 'failing'
  log.release()
  await expect(second).rejects.toThrow(LogUnavailable)
  log.answering = 'at-once'
  await Promise.all([tail.sync.open(), tail.sync.open()])
  expect(log.followers('a')).toBe(1)
  log.history.publish('a', '1')
  await passTurns()
  expect(dataAfter(tail, 0)).toEqual(['1'])
})

test('events that come between two tries to open are not kept in memory', async () => {
  const log = new ScriptedLog()
  log.answering = 'held'
  const tail = newTail(log)
  const opened = tail.sync.open()
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

test('a tail that closes while it opens does not go on following', async () => {
  const log = new ScriptedLog()
  log.answering = 'held'
  const tail = newTail(log)
  void tail.sync.open()
  tail.close()
  log.answering = 'at-once'
  log.release()
  await passTurns()
  expect(log.followers('a')).toBe(0)
  expect(log.reads).toEqual([])
})

test('a tail that closes while it reads keeps nothing of the read', async () => {
  const log = new ScriptedLog()
  const memory = roomyMemory()
  const tail = new Tail(log, 'a', memory, () => {})
  log.history.publish('a', '1')
  await tail.sync.open()
  log.notifying = 'lost'
  log.history.publish('a', '2')
  log.answering = 'held'
  log.invalidate()
  tail.close()
  log.release()
  await passTurns()
  expect([tail.top, memory.live.used]).toEqual([1, 0])
})

test('a new tail that catches up reads once, even if the channel was never written', async () => {
  const log = new ScriptedLog()
  const tail = newTail(log)
  await tail.sync.catchUp()
  expect(log.reads).toHaveLength(1)
  await tail.sync.catchUp()
  expect(log.reads).toHaveLength(2)
})

test('a closed tail does not read the log', async () => {
  const log = new ScriptedLog()
  const tail = await openTail(log)
  const reads = log.reads.length
  tail.close()
  tail.sync.invalidate()
  tail.sync.events('ep000001', [{ offset: 7, name: 'message', data: '', time: 0 }])
  await passTurns()
  expect(log.reads).toHaveLength(reads)
})

/** In a function of its own, so that no variable of the test holds the event. */
function tellEvent(tail: Tail): WeakRef<object> {
  const event = { offset: 1, name: 'message', data: '1', time: 0 }
  tail.sync.events('ep000001', [event])
  return new WeakRef(event)
}
