/** When followers and watchers of the log in memory hear of an append. */
import { expect, test } from 'vitest'
import { Recorder, tracedEvent } from '../suite/helpers.suite.ts'
import { MemoryLog } from './memory-log.ts'

function openLog(): MemoryLog {
  return new MemoryLog(() => ({
    historyEvents: 10,
    historyAge: 3_600_000,
    historyBytes: 1024 ** 2,
    logBytes: 1024 ** 2,
    maxChannels: 10,
  }))
}

test('a publisher goes on before followers and watchers are called, so that none can fail its append', async () => {
  const log = openLog()
  const follower = new Recorder()
  const watched: string[] = []
  await log.follow('orders', follower)
  log.watchTraces(({ channel }) => watched.push(channel))
  const appended = log.append('orders', [tracedEvent('1')])
  expect([follower.data, watched]).toEqual([[], []])
  await appended
  await Promise.resolve()
  expect([follower.data, watched]).toEqual([['1'], ['orders']])
  await log.close()
})

test('ending the only following twice leaves one that began in between', async () => {
  const log = openLog()
  const follower = new Recorder()
  const stop = await log.follow('orders', new Recorder())
  stop()
  await log.follow('orders', follower)
  stop()
  await log.append('orders', [tracedEvent('1')])
  await Promise.resolve()
  expect(follower.data).toEqual(['1'])
  await log.close()
})

test('no channel is live once the log is closed', async () => {
  const log = openLog()
  await log.follow('orders', new Recorder())
  expect(log.isLive('orders')).toBe(true)
  await log.close()
  expect(log.isLive('orders')).toBe(false)
})
