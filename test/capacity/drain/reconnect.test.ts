import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { publishText } from '../../support/clients/requests.ts'
import { readCounts } from '../../support/resources.ts'
import { spawnServe } from '../../support/serve-process.ts'
import { closingTimes, steepest } from './closings.ts'
import { Ingress } from './ingress.ts'
import { NativeReader } from './native-reader.ts'
import { FollowingReader } from './following-reader.ts'

const CLIENTS = 200
/** In ms. A quarter of it should see a quarter of the closings; more than half would be a cliff. */
const WINDOW = 4_000

test('two hundred clients under traffic move from a service that drains to the next one', async () => {
  await using leaving = await spawnServe([`--drain-window=${WINDOW}ms`])
  await using staying = await spawnServe()
  for (const data of ['kept 1', 'kept 2']) await publishText(staying.url, 'news', data)
  await using ingress = await Ingress.open(leaving.url, staying.url)
  await using crowd = new AsyncDisposableStack()
  const clients = Array.from({ length: CLIENTS }, (_, index) => {
    const url = `${ingress.url}/stream/news`
    return crowd.use(index % 2 === 0 ? new NativeReader(url) : new FollowingReader(url))
  })
  await eventually(async () => {
    expect(await readCounts(leaving)).toMatchObject({ subscribers: CLIENTS })
  })
  const publishing = publishUntilRefused(leaving.url)
  await eventually(() => {
    for (const { told } of clients) expect(told.length).toBeGreaterThan(5)
  })

  leaving.child.kill('SIGTERM')

  expect(await leaving.exited).toBe(0)
  const accepted = await publishing
  await eventually(async () => {
    expect(await readCounts(staying)).toMatchObject({ subscribers: CLIENTS })
  })
  await publishText(staying.url, 'news', 'new')
  for (const { told } of clients) {
    await eventually(() => {
      expect(told.at(-1)).toEqual({ event: 'message', data: 'new' })
    })
    expectHonestMove(told, accepted)
  }
  const times = closingTimes(leaving, 'drain')
  expect(times).toHaveLength(CLIENTS)
  expect(steepest(times, WINDOW / 4)).toBeLessThan(0.5)
})

/** Publishes one event after the other; returns the number accepted before the service stopped listening. */
async function publishUntilRefused(url: string): Promise<number> {
  for (let accepted = 0; ; accepted++) {
    try {
      await publishText(url, 'news', String(accepted + 1))
    } catch (error) {
      // `fetch` fails with it; an answer other than 200 would be another error.
      if (error instanceof TypeError) return accepted
      throw error
    }
    // The pace of the traffic, which two hundred clients read.
    await setTimeout(5)
  }
}

/** Expects all events in order, then a closing event, then a gap, since the next service has another history. */
function expectHonestMove(
  told: readonly { event: string; data: string }[],
  accepted: number,
): void {
  const names = told.map(({ event }) => event)
  const closing = names.indexOf('runnel.drain')
  const events = told.slice(1, closing).map(({ data }) => Number(data))
  expect(names[0]).toBe('runnel.open')
  expect(events).toEqual(events.map((_, index) => (events[0] ?? 1) + index))
  expect(events.at(-1)).toBeLessThanOrEqual(accepted)

  const { retry } = JSON.parse(told[closing]?.data ?? '{}') as { retry?: number }
  expect(retry).toBeGreaterThanOrEqual(1_500)
  expect(retry).toBeLessThanOrEqual(4_500)

  // A client that comes back before the ingress has noticed is sent away again.
  const rest = told.slice(names.lastIndexOf('runnel.drain') + 1)
  const gap = { channel: 'news', reason: 'epoch-lost', from: null, to: null, missed: null }
  expect(rest.map(({ event }) => event)).toEqual([
    'runnel.gap',
    'runnel.open',
    'message',
    'message',
    'message',
  ])
  expect(JSON.parse(rest[0]?.data ?? '{}')).toEqual(gap)
  expect(rest.slice(2).map(({ data }) => data)).toEqual(['kept 1', 'kept 2', 'new'])
}
