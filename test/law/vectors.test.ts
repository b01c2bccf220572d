/** The law for cursors of several channels, through a whole service: each outcome beside each other. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LawClient } from './client.ts'
import { inLanes } from './lanes.ts'
import type { Channel } from './told.ts'
import { casesOfEachOutcome } from './outcomes.ts'
import { Pod } from './pod.ts'
import { WorldServer } from './world-server.ts'

/** For a machine that does much else, in ms. */
const PATIENCE = 240_000

interface Part extends Channel {
  readonly outcome: string
  readonly position: string
}

const CASES = casesOfEachOutcome()
/** By the place of a channel in the vector: each outcome once. */
const PARTS = ['a', 'b', 'c'].map((place) =>
  CASES.map((one, index): Part => ({ ...one, name: `${place}${index}` })),
)
const [firsts = [], seconds = [], thirds = []] = PARTS
const pairs = firsts.flatMap((a) => seconds.map((b) => [a, b] as const))
const triples = pairs.flatMap(([a, b]) => thirds.map((c) => [a, b, c] as const))

let pod: Pod

beforeAll(async () => {
  pod = await Pod.start(new WorldServer(PARTS.flat()))
})

afterAll(async () => {
  await pod[Symbol.asyncDispose]()
})

test('the outcomes are those that the law knows', () => {
  expect(CASES.map(({ outcome }) => outcome).toSorted()).toEqual([
    'forgotten',
    'forgotten, kept',
    'forgotten, trimmed',
    'forgotten, trimmed, kept',
    'known',
    'known, kept',
    'known, lost',
    'known, lost, kept',
    'known, lost, not noticed',
    'known, lost, trimmed',
    'known, lost, trimmed, kept',
    'known, trimmed',
    'known, trimmed, kept',
    'known, unwritten',
    'never given out',
    'never given out, kept',
    'never given out, trimmed',
    'never given out, trimmed, kept',
  ])
})

test.for([1, 2, 100])('two channels are polled by the law, %i events at a time', async (limit) => {
  const breaches = await inLanes(pairs, async (parts) => {
    return judge(parts, (client) => client.catchUp(pod.url, limit))
  })
  expect(breaches).toEqual([])
})

test('two channels are streamed by the law, and so are they from each id on', async () => {
  const breaches = await inLanes(pairs, async (parts) => {
    const cursors: string[] = []
    const whole = await judge(parts, async (client) => {
      await client.stream(pod.url)
      await client.catchUp(pod.url)
      cursors.push(...client.cursors)
    })
    const resumed: string[] = []
    for (const cursor of cursors) {
      resumed.push(...(await judge(parts, (client) => client.catchUp(pod.url), cursor)))
    }
    return [...whole, ...resumed]
  })
  expect(breaches).toEqual([])
})

test(
  'three channels are streamed or polled by the law, in turns',
  { timeout: PATIENCE },
  async () => {
    const breaches = await inLanes(triples.entries(), async ([index, parts]) => {
      return judge(parts, async (client) => {
        if (index % 2 === 0) await client.stream(pod.url)
        await client.catchUp(pod.url)
      })
    })
    expect(breaches).toEqual([])
  },
)

/** Breaches that a client meets which comes with a cursor, by default the one that makes these outcomes. */
async function judge(
  parts: readonly Part[],
  read: (client: LawClient) => Promise<void>,
  cursor = parts.map(({ position }) => position).join('.'),
): Promise<readonly string[]> {
  const client = new LawClient(parts, cursor)
  await read(client)
  client.cut()
  const outcomes = parts.map(({ outcome }) => outcome).join(' | ')
  return client.breaches.map((breach) => `${outcomes}: ${breach}`)
}
