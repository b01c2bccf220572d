import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { poll, pollAtOnce, post, publishText, readProblem } from '../support/clients/requests.ts'
import { spawnServe } from '../support/serve-process.ts'
import { startTestService } from '../support/service.ts'

test('/drain closes all streams, answers held polls, and the process stays until a signal', async () => {
  await using serve = await spawnServe(['--drain-window=0s'])
  const before = await publishText(serve.url, 'a', 'before')
  await using stream = await EventStream.open(`${serve.url}/stream/a`)
  await stream.event('runnel.open')
  const held = pollAtOnce(serve.url, `/poll/a?lastEventId=${before}`)
  await eventually(async () => {
    const snapshot: unknown = await (await fetch(`${serve.adminUrl}/snapshot`)).json()
    expect(snapshot).toMatchObject({ polls: 1, subscribers: 1, draining: false })
  })

  const response = await post(`${serve.adminUrl}/drain`, 'text/plain', '')
  expect([response.status, await response.json()]).toEqual([202, { draining: 1 }])
  const { retry } = await held
  expect(retry).toBeGreaterThanOrEqual(200)
  await stream.ended()
  expect(stream.events.at(-1)?.event).toBe('runnel.drain')

  for (const url of [serve.url, serve.adminUrl]) {
    expect((await readProblem(await fetch(`${url}/health/ready`))).status).toBe(503)
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
  }
  const snapshot: unknown = await (await fetch(`${serve.adminUrl}/snapshot`)).json()
  expect(snapshot).toMatchObject({ polls: 0, subscribers: 0, draining: true })
  await using refused = await EventStream.open(`${serve.url}/stream/a`)
  await refused.ended()
  expect(refused.events.map(({ event }) => event)).toEqual(['runnel.drain'])
  const id = await publishText(serve.url, 'a', 'still taken')
  const { events } = await poll(serve.url, `/poll/a?lastEventId=${refused.lastId}`)
  expect(events.map((event) => event.id)).toEqual([id])

  const again = await post(`${serve.adminUrl}/drain`, 'text/plain', '')
  expect(again.status).toBe(202)
  serve.child.kill('SIGTERM')
  expect(await serve.exited).toBe(0)
})

test('/drain spreads its closings over the window, and a signal does not shorten it', async () => {
  await using service = await startTestService({ 'drain-window': '1h' })
  const streams = await Promise.all(
    Array.from({ length: 5 }, () => EventStream.open(`${service.url}/stream/a`)),
  )
  for (const stream of streams) await stream.event('runnel.open')
  await post(`${service.adminUrl}/drain`, 'text/plain', '')
  await eventually(() => expect(service.snapshot().subscribers).toBe(4))
  // Streams that are not closed yet still get events.
  await publishText(service.url, 'a', 'x')
  let served = 0
  for (const stream of streams) {
    const next = await stream.until(() => stream.events[1], 'an event or a closing event')
    if (next.event === 'message') served++
  }
  expect(served).toBe(4)
})
