import { once } from 'node:events'
import { expect, test } from 'vitest'
import { freePort } from '../../rig/servers/free-port.ts'
import { eventually } from '../support/eventually.ts'
import { spawnServe } from '../support/serve-process.ts'
import { DrivenLoad } from './driven-load.ts'
import { CLEAN } from './planted-sights.ts'

const CHANNELS = ['a', 'b', 'c']

test('a service is judged clean, with every delivery counted', async () => {
  await using service = await spawnServe(['--log-format=json'])
  await using load = await DrivenLoad.start(service.url, CHANNELS)
  await load.subscribe(30)
  await load.publisher.publish({ rate: 60, seconds: 2, bytes: 120 })
  const { examples, unknowns: _, ...judgement } = await load.judge(10)
  expect(judgement).toEqual({ ...CLEAN, owed: 1_200 })
  expect(examples).toEqual([])
  expect(load.total('deliveries')).toBe(1_200)
  expect(load.total('published')).toBe(120)
  expect(load.total('connects')).toBe(30)
  expect(load.histogram('delivery').count).toBe(1_200)
  expect(load.histogram('publish').count).toBe(120)
  expect(load.total('cuts') + load.total('reconnects') + load.total('gaps')).toBe(0)
})

test('subscribers that never read are owed the rest from when they read', async () => {
  await using service = await spawnServe(['--log-format=json'])
  await using load = await DrivenLoad.start(service.url, ['a'])
  const reading = { kind: 'never' } as const
  await load.subscribers.subscribe({ count: 3, kind: 'stream', reading, from: 'latest' })
  await load.publisher.publish({ rate: 50, seconds: 1, bytes: 120 })
  expect(await load.judge(0)).toMatchObject({ owed: 0, lost: 0 })

  await load.subscribers.readAtOnce()
  expect(await load.judge(10)).toMatchObject({ owed: 150, lost: 0 })
  // They came late by the subscribers' own doing.
  expect(load.histogram('delivery').count).toBe(0)
})

test('what a killed service forgets is announced, not lost', async () => {
  const port = await freePort()
  const flags = [`--listen=127.0.0.1:${port}`, '--retry=5s']
  await using first = await spawnServe(flags)
  await using load = await DrivenLoad.start(first.url, CHANNELS)
  await load.subscribe(30)
  const publishing = load.publisher.publish({ rate: 100, seconds: 60, bytes: 120 })
  await eventually(() => {
    expect(load.total('deliveries')).toBeGreaterThan(500)
  })
  // What is published while the subscribers wait to come back is accepted, and nowhere after the kill.
  await load.subscribers.cut(30)
  const published = load.total('published')
  await eventually(() => {
    expect(load.total('published')).toBeGreaterThan(published)
  })
  first.child.kill('SIGKILL')
  await once(first.child, 'close')
  await using service = await spawnServe(flags)
  expect(service.url).toBe(first.url)
  await eventually(() => {
    expect(load.total('gaps')).toBe(30)
  })
  load.publisher.stop()
  await publishing
  const { examples, ...judgement } = await load.judge(10)
  expect(examples).toEqual([])
  expect(judgement).toMatchObject({
    lost: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
    falseGaps: 0,
  })
  expect(judgement.announced).toBeGreaterThan(0)
  expect(load.total('unknownPublishes')).toBeGreaterThan(0)
  expect(load.total('gaps')).toBe(30)
  // The new service delivers to all of them.
  expect(load.total('silentAtEnd')).toBe(0)
})
