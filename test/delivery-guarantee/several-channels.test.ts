/**
 * Cursors of several channels keep the delivery guarantee: each outcome of one combined with each of
 * another.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { JudgedClient } from './judged-client.ts'
import { collectConcurrently } from './collect-concurrently.ts'
import type { Channel } from './observation.ts'
import { casesOfEachOutcome } from './outcomes.ts'
import { Pod } from './pod.ts'
import { WorldServer } from './world-server.ts'

/** Milliseconds, enough for a loaded machine. */
const PATIENCE = 240_000

interface Part extends Channel {
  readonly outcome: string
  readonly position: string
}

const CASES = casesOfEachOutcome()
/** For each index in the cursor, one channel per outcome. */
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

test('the cases have all outcomes that a resume can have', () => {
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

test.for([1, 2, 100])(
  'polls of two channels keep the guarantee, %i events at a time',
  async (limit) => {
    const breaches = await collectConcurrently(pairs, async (parts) => {
      return judge(parts, (client) => client.catchUp(pod.url, limit))
    })
    expect(breaches).toEqual([])
  },
)

test('streams of two channels keep the guarantee, and so do resumes from each id', async () => {
  const breaches = await collectConcurrently(pairs, async (parts) => {
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

test('streams and polls of three channels keep the guarantee', { timeout: PATIENCE }, async () => {
  const breaches = await collectConcurrently(triples.entries(), async ([index, parts]) => {
    return judge(parts, async (client) => {
      if (index % 2 === 0) await client.stream(pod.url)
      await client.catchUp(pod.url)
    })
  })
  expect(breaches).toEqual([])
})

/** Breaches that a client with this cursor meets; the default is the cursor that leads to these outcomes. */
async function judge(
  parts: readonly Part[],
  read: (client: JudgedClient) => Promise<void>,
  cursor = parts.map(({ position }) => position).join('.'),
): Promise<readonly string[]> {
  const client = new JudgedClient(parts, cursor)
  await read(client)
  client.cut()
  const outcomes = parts.map(({ outcome }) => outcome).join(' | ')
  return client.breaches.map((breach) => `${outcomes}: ${breach}`)
}
