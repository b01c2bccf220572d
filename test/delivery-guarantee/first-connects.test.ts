/** Where first connects start, and cursors that Runnel never gave out, which start as first connects do. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { JudgedClient } from './judged-client.ts'
import { collectConcurrently } from './collect-concurrently.ts'
import type { Channel, From } from './observation.ts'
import { Pod } from './pod.ts'
import { World } from './world.ts'
import { WorldServer } from './world-server.ts'

const MAX_TOP = 6
const CHANNELS: readonly Channel[] = Array.from({ length: MAX_TOP + 1 }, (_, top) =>
  Array.from({ length: top + 1 }, (__, trimmed) => {
    const world = new World()
    if (top > 0) world.append(top)
    world.trim(trimmed)
    world.settle()
    return { name: `${top}-${trimmed}`, world }
  }),
).flat()

const STARTS: readonly From[] = [
  'latest',
  'earliest',
  ...Array.from({ length: MAX_TOP + 2 }, (_, more) => ({ last: 1 + more })),
]

const NO_CURSORS = [
  undefined,
  'none',
  '0',
  'e0000000-01',
  'e0000000-1.e0000000-1',
  'x'.repeat(1_100),
]

const connects = STARTS.flatMap((from) =>
  NO_CURSORS.flatMap((cursor) =>
    CHANNELS.map((channel, index) => ({
      from,
      cursor,
      // Every third connect has a second channel with another start.
      channels: index % 3 === 0 ? [channel, CHANNELS.at(-1)!] : [channel],
    })),
  ),
).filter(({ channels: [a, b] }) => a !== b)

let pod: Pod

beforeAll(async () => {
  pod = await Pod.start(new WorldServer(CHANNELS))
})

afterAll(async () => {
  await pod[Symbol.asyncDispose]()
})

test.for(['stream', 'poll'] as const)(
  'every first connect starts where from and last say, by %s',
  async (route) => {
    const breaches = await collectConcurrently(connects, async ({ from, cursor, channels }) => {
      const client = new JudgedClient(channels, channels.length > 1 && cursor ? 'foreign' : cursor)
      if (route === 'stream') await client.stream(pod.url, from)
      else await client.poll(pod.url, { from, limit: 3 })
      await client.catchUp(pod.url)
      client.cut()
      return client.breaches.map((breach) => `${JSON.stringify({ from, cursor })}: ${breach}`)
    })
    expect(breaches).toEqual([])
  },
)
