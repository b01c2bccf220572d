import { expect, test } from 'vitest'
import { openStreams } from '../../connections/many-streams.ts'
import { eventually } from '../../support/eventually.ts'
import { post, publishText } from '../../support/clients/requests.ts'
import { readCounts } from '../../support/resources.ts'
import { spawnServe } from '../../support/serve-process.ts'
import { closingTimes, steepest } from './closings.ts'

/** In ms. A quarter of it should see a quarter of the closings; more than half would be a cliff. */
const OVER = 2_000

test('a share of the streams is asked to move, spread over the given time', async () => {
  await using serve = await spawnServe()
  const guests = await openStreams(serve.url, 'news', 200)

  const body = JSON.stringify({ percent: 30, over: OVER / 1_000 })
  const response = await post(`${serve.adminUrl}/shed`, 'application/json', body)

  expect([response.status, await response.json()]).toEqual([202, { shedding: 60 }])
  const moved = await eventually(() => {
    const told = guests.filter(({ text }) => text.includes('event: runnel.drain'))
    expect(told).toHaveLength(60)
    return told
  })
  for (const { text } of moved) {
    expect(text).toMatch(
      /\r\nretry: (\d+)\nevent: runnel\.drain\ndata: \{"retry":\1\}\n\n\r\n0\r\n\r\n$/,
    )
  }
  expect(steepest(closingTimes(serve, 'shed'), OVER / 4)).toBeLessThan(0.5)
  // The streams that opened first are not the ones that are closed first.
  expect(moved).not.toEqual(guests.slice(0, 60))
  expect(moved).not.toEqual(guests.slice(-60))
  for (const { socket } of guests) socket.destroy()
})

test('a number of streams is asked to move at once; other and new streams stay', async () => {
  await using serve = await spawnServe()
  const guests = await openStreams(serve.url, 'news', 20)

  await post(`${serve.adminUrl}/shed`, 'application/json', '{"count":5,"over":0}')
  await eventually(async () => {
    expect(await readCounts(serve)).toMatchObject({ subscribers: 15 })
  })
  const newcomers = await openStreams(serve.url, 'news', 5)
  await publishText(serve.url, 'news', 'for those who stay')

  await eventually(() => {
    const reached = [...guests, ...newcomers].filter(({ text }) =>
      text.includes('for those who stay'),
    )
    expect(reached).toHaveLength(20)
  })
  expect((await fetch(`${serve.url}/health/ready`)).status).toBe(200)
  for (const { socket } of [...guests, ...newcomers]) socket.destroy()
})
