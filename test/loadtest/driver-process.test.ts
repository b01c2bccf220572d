import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { spawnChild } from '../support/child-process.ts'
import type { DriverMessage } from '../../loadtest/driver/commands.ts'
import { DriverProcess } from '../../loadtest/driver/driver-process.ts'
import { eventually } from '../support/eventually.ts'
import { addressOf } from './driven-load.ts'
import { startFaultyServer } from './faulty-server.ts'

const MAIN = fileURLToPath(new URL('../../loadtest/driver/main.ts', import.meta.url))

test('a command of a driver that dies rejects, and so do later ones', async () => {
  await using server = await startFaultyServer({ kind: 'none' })
  await using driver = DriverProcess.start({ onTally: () => undefined })
  const options = { address: addressOf(server.url), channels: ['a'], runId: 'test', driver: 0 }
  await driver.prepare(options)
  const publishing = driver.publish({ rate: 1, seconds: 3_600, bytes: 60 })
  process.kill(driver.pid!, 'SIGKILL')
  await expect(publishing).rejects.toThrow('a driver ended with SIGKILL')
  await expect(driver.unsubscribe(1)).rejects.toThrow('a driver ended with SIGKILL')
})

test('a driver that hangs is killed, and its command rejects', async () => {
  await using server = await startFaultyServer({ kind: 'none' })
  await using driver = DriverProcess.start({ onTally: () => undefined, longestSilence: 3_000 })
  const options = { address: addressOf(server.url), channels: ['a'], runId: 'test', driver: 0 }
  await driver.prepare(options)
  // One that works is not silent, since it tells its tallies.
  await driver.publish({ rate: 1, seconds: 4, bytes: 60 })
  process.kill(driver.pid!, 'SIGSTOP')
  await expect(driver.unsubscribe(1)).rejects.toThrow('it told nothing for 3 s, and was killed')
})

test('a driver says what it cannot do', async () => {
  await using server = await startFaultyServer({ kind: 'none' })
  await using driver = DriverProcess.start({ onTally: () => undefined })
  await expect(driver.unsubscribe(1)).rejects.toThrow('expected prepare before unsubscribe')
  const options = { address: addressOf(server.url), channels: ['a'], runId: 'test', driver: 0 }
  await driver.prepare(options)
  await expect(driver.publish({ rate: 1, seconds: 1, bytes: 0 })).rejects.toThrow(
    'expected 1 to 1048576 bytes of data in an event, got 0',
  )
  await expect(driver.saturate({ inFlight: 1, seconds: 1, bytes: 60 })).rejects.toThrow(
    'expected subscribers of this driver before saturate',
  )
})

test('a saturated driver gets all that it published', async () => {
  await using server = await startFaultyServer({ kind: 'none' })
  await using driver = DriverProcess.start({ onTally: () => undefined })
  const options = { address: addressOf(server.url), channels: ['a'], runId: 'test', driver: 0 }
  await driver.prepare(options)
  const reading = { kind: 'at-once' } as const
  await driver.subscribe({ count: 5, kind: 'stream', reading, from: 'latest' })
  await driver.saturate({ inFlight: 4, seconds: 0.5, bytes: 60 })
  const published = await driver.published()
  const events = published.channels[0]!.outcomes.length
  expect(events).toBeGreaterThan(4)
  expect(await driver.judge(published, 10)).toMatchObject({ owed: 5 * events, lost: 0 })
})

test('a driver tells what its subscribers know, and judges by what those of others know', async () => {
  await using server = await startFaultyServer({ kind: 'none' })
  await using driver = DriverProcess.start({ onTally: () => undefined })
  const options = { address: addressOf(server.url), channels: ['a'], runId: 'test', driver: 0 }
  await driver.prepare(options)
  const reading = { kind: 'at-once' } as const
  await driver.subscribe({ count: 5, kind: 'stream', reading, from: 'latest' })
  await driver.publishAtOnce({ events: 3, bytes: 60, inFlight: 1 })
  const published = await driver.published()
  const seen = await driver.awaitEvents(published, 10)
  expect(seen).toMatchObject([{ channel: 'a', epochs: [{ epoch: 'faulty00', first: 1, top: 3 }] }])
  expect(await driver.judge(published, 0, seen)).toMatchObject({ owed: 15, lost: 0 })
  const further = seen.map((channel) => ({
    ...channel,
    epochs: channel.epochs.map((epoch) => ({ ...epoch, top: 4 })),
  }))
  expect(await driver.judge(published, 0, further)).toMatchObject({ owed: 20, lost: 5 })
})

test('a driver tells its tally each second, and ends with its parent', async () => {
  await using server = await startFaultyServer({ kind: 'none' })
  const child = spawnChild(process.execPath, [MAIN], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const messages: DriverMessage[] = []
  child.on('message', (message: DriverMessage) => messages.push(message))
  const address = addressOf(server.url)
  child.send({ kind: 'prepare', address, channels: ['a'], runId: 'test', driver: 0 })
  await eventually(() => {
    expect(messages.filter(({ kind }) => kind === 'tally').length).toBeGreaterThan(1)
  })
  const ended = once(child, 'exit')
  child.disconnect()
  expect(await ended).toEqual([0, null])
})
