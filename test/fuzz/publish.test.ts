import { expect, test } from 'vitest'
import { post } from '../support/requests.ts'
import { sendAll } from './keep-alive.ts'
import { LARGE_BODIES, PUBLISH } from './publish-input.ts'
import { samples } from './samples.ts'
import { Scene } from './scene.ts'

const INPUTS = 50_000
const CONNECTIONS = 4

test('fifty thousand malformed publishes harm nobody', async () => {
  await using scene = await Scene.begin(async (url) => {
    await publishAll(url, INPUTS / 10)
  })

  const statuses = await publishAll(scene.serve.url, INPUTS)

  expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([])
  expect([...statuses.values()].reduce((sum, count) => sum + count)).toBe(INPUTS)
  await scene.expectUnharmed()
})

test.each(['application/json', 'application/x-ndjson', 'text/plain'])(
  'bodies that are too much of something harm nobody, as %s',
  async (type) => {
    await using scene = await Scene.begin(async () => undefined)

    for (const body of LARGE_BODIES) {
      const { status } = await post(`${scene.serve.url}/publish/a`, type, body)
      expect(status).toBeLessThan(500)
    }

    await scene.expectUnharmed()
  },
)

/** Returns how often each status was answered. */
async function publishAll(url: string, count: number): Promise<Map<number, number>> {
  const statuses = new Map<number, number>()
  const inputs = samples(PUBLISH, count)
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () =>
      sendAll(url, inputs, (status) => {
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }),
    ),
  )
  return statuses
}
