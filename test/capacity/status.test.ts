import { expect, test } from 'vitest'
import type { z } from 'zod'
import { capacityDocument } from '../../src/schema/capacity-status.ts'
import { eventually } from '../support/eventually.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { exchange, formatRequest } from '../support/clients/raw-response.ts'
import { startTestService, type TestService } from '../support/service.ts'

async function readCapacity(url: string): Promise<z.infer<typeof capacityDocument>> {
  const response = await fetch(`${url}/health/stream-capacity`)
  expect(response.status).toBe(200)
  return capacityDocument.parse(await response.json())
}

async function openStreams(service: TestService, count: number): Promise<AsyncDisposableStack> {
  const stack = new AsyncDisposableStack()
  for (let index = 0; index < count; index++) {
    const stream = stack.use(await EventStream.open(`${service.url}/stream/a`))
    await stream.event('runnel.open')
  }
  return stack
}

test('an idle pod is ok, and advises to stream', async () => {
  await using service = await startTestService({ 'max-streams': '10', retry: '7s' })
  // The event loop may be under pressure just after the start.
  await eventually(async () => {
    expect(await readCapacity(service.url)).toEqual({
      status: 'ok',
      pod: { subscribers: 0, limit: 10 },
      fleet: { subscribers: 0, limit: 10, pods: 1 },
      advice: { transport: 'stream', retry: 7_000, pollWait: 25 },
    })
  })
})

test('from nine tenths of the limit on a pod is busy', async () => {
  await using service = await startTestService({ 'max-streams': '10' })
  await using streams = await openStreams(service, 8)
  await eventually(async () => {
    expect(await readCapacity(service.url)).toMatchObject({ status: 'ok', pod: { subscribers: 8 } })
  })
  streams.use(await openStreams(service, 1))
  await eventually(async () => {
    const { status, pod, fleet } = await readCapacity(service.url)
    expect({ status, pod, fleet }).toEqual({
      status: 'busy',
      pod: { subscribers: 9, limit: 10 },
      fleet: { subscribers: 9, limit: 10, pods: 1 },
    })
  })
})

test('a full pod advises to poll, and polls hold longer', async () => {
  await using service = await startTestService({ 'max-streams': '2' })
  const streams = await openStreams(service, 2)
  await eventually(async () => {
    const { status, advice } = await readCapacity(service.url)
    expect(status).toBe('full')
    expect(advice).toMatchObject({ transport: 'poll', pollWait: 55 })
    expect(advice.retry).toBeGreaterThanOrEqual(5_000)
    expect(advice.retry).toBeLessThanOrEqual(30_000)
  })
  await streams.disposeAsync()
  await eventually(async () => {
    expect(await readCapacity(service.url)).toMatchObject({
      status: 'ok',
      pod: { subscribers: 0, limit: 2 },
      advice: { transport: 'stream', pollWait: 25 },
    })
  })
})

test('a full pod stays ready', async () => {
  await using service = await startTestService({ 'max-streams': '1' })
  await using _streams = await openStreams(service, 1)
  await eventually(async () => {
    expect((await readCapacity(service.url)).status).toBe('full')
  })
  for (const path of ['/health/ready', '/health/live']) {
    expect((await fetch(service.url + path)).status).toBe(200)
  }
})

test('the status of a pod that drains is draining', async () => {
  await using service = await startTestService()
  await service.drain.begin()
  await eventually(async () => {
    expect((await readCapacity(service.url)).status).toBe('draining')
  })
})

test('the status is recomputed once a second, not for each request', async () => {
  await using service = await startTestService({ 'max-streams': '1' })
  // The retry of a full pod is drawn anew with each computation.
  await using _streams = await openStreams(service, 1)
  await eventually(async () => {
    expect((await readCapacity(service.url)).status).toBe('full')
  })
  const startedAt = performance.now()
  const answers = new Set<string>()
  for (let index = 0; index < 200; index++) {
    answers.add(JSON.stringify(await readCapacity(service.url)))
  }
  const seconds = Math.ceil((performance.now() - startedAt) / 1_000)
  expect(answers.size).toBeLessThanOrEqual(seconds + 1)
})

test('caches may not store the answer, and HEAD has no body', async () => {
  await using service = await startTestService()
  const response = await fetch(`${service.url}/health/stream-capacity`)
  expect(response.headers.get('Cache-Control')).toBe('no-store')
  const request = formatRequest('/health/stream-capacity', { method: 'HEAD' })
  const { status, body } = await exchange(service.url, request)
  expect([status, body]).toEqual([200, ''])
})

test('the admin listener gives the same answer', async () => {
  await using service = await startTestService({ 'max-streams': '5' })
  expect(await readCapacity(service.adminUrl)).toMatchObject({ pod: { subscribers: 0, limit: 5 } })
})
