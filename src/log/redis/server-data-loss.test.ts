/** Losses of real servers, and the gaps that clients get from them by the chain of epochs. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { openRedisLog, type OpenRedisLog } from '../../../test/support/redis/open-redis-log.ts'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { parsePosition } from '../../wire/position.ts'
import { positionAt, resume } from '../history.ts'
import { accept, newEvents, readAll } from '../suite/helpers.suite.ts'

const CHANNEL = 'orders'
let server: RedisServer
let own: OpenRedisLog

beforeEach(async () => {
  server = await RedisServer.start()
  own = await openRedisLog(server.url)
})

afterEach(async () => {
  await own[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

async function positionNow(): Promise<string> {
  const { history } = await readAll(own.log, CHANNEL)
  return positionAt(history, history.top)
}

/** The gap that a client with this position gets. */
async function gapAt(position: string): Promise<unknown> {
  const { history } = await readAll(own.log, CHANNEL)
  return resume(history, parsePosition(position)!).gaps[0] ?? null
}

async function append(...data: string[]): Promise<string> {
  const { epoch, first, count } = await accept(own.log, CHANNEL, newEvents(...data))
  return `${epoch}-${first + count - 1}`
}

async function isBack(): Promise<void> {
  await eventually(async () => readAll(own.log, CHANNEL))
}

test('a restart that keeps nothing loses every position, including the one before the first event', async () => {
  const unwritten = await positionNow()
  const written = await append('1', '2')
  await server.restart()
  await isBack()
  for (const position of [unwritten, written]) {
    expect(await gapAt(position)).toMatchObject({ reason: 'epoch-lost', missed: null })
  }
  await append('other')
  for (const position of [unwritten, written]) {
    expect(await gapAt(position)).toMatchObject({ reason: 'epoch-lost', missed: null })
  }
})

test('a restart that keeps the start of the history gives a gap exactly to clients that hold more', async () => {
  const kept = await append('1', '2')
  await server.client.save()
  const lost = await append('3', '4')
  await server.restart()
  await isBack()
  expect([await gapAt(kept), await gapAt(lost)]).toMatchObject([null, { reason: 'ahead' }])

  const next = await append('other 3')
  const [epoch] = lost.split('-')
  expect(next).not.toContain(epoch)
  expect(await gapAt(kept)).toBeNull()
  expect(await gapAt(lost)).toMatchObject({
    reason: 'diverged',
    from: `${epoch}-3`,
    to: lost,
    missed: 2,
  })
  const { events } = await readAll(own.log, CHANNEL)
  expect(events.map(({ data }) => data)).toEqual(['1', '2', 'other 3'])
})

test('a restart that keeps all events begins a new epoch without any gap', async () => {
  const first = await append('1')
  const last = await append('2')
  await server.client.save()
  await server.restart()
  await isBack()
  const next = await append('3')
  expect(next.split('-')[0]).not.toBe(last.split('-')[0])
  for (const position of [first, last, next]) expect(await gapAt(position)).toBeNull()
})

test('of many epochs the newest are known, and an older one is a lost epoch', async () => {
  const positions: string[] = []
  for (let epoch = 0; epoch < 20; epoch++) {
    positions.push(await append(String(epoch)))
    // As a restart or a promotion does.
    await server.client.call('DEBUG', 'CHANGE-REPL-ID')
  }
  const gaps = await Promise.all(positions.map(async (position) => gapAt(position)))
  expect(gaps.slice(0, 4)).toMatchObject(
    Array.from({ length: 4 }, () => ({ reason: 'epoch-lost' })),
  )
  expect(gaps.slice(4)).toEqual(Array.from({ length: 16 }, () => null))
})

test('a channel that is deleted, or its metadata alone, is a lost epoch and begins anew', async () => {
  for (const kinds of [['meta', 'events'], ['meta']]) {
    const position = await append('1', '2')
    for (const kind of kinds) await server.client.del(`runnel:{${CHANNEL}}:${kind}`)
    expect(await gapAt(position)).toMatchObject({ reason: 'epoch-lost' })
    expect(await append('again')).toMatch(/-1$/)
    const { events } = await readAll(own.log, CHANNEL)
    expect(events.map(({ data }) => data)).toEqual(['again'])
  }
})

test('a history without its events is trimmed, and counts them', async () => {
  const position = await append('1')
  await append('2', '3')
  await server.client.del(`runnel:{${CHANNEL}}:events`)
  expect(await gapAt(position)).toMatchObject({ reason: 'trimmed', missed: 2 })
})
