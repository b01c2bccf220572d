import { expect, test } from 'vitest'
import { EventStream } from '../support/clients/event-stream.ts'
import { exchange, formatRequest } from '../support/clients/raw-response.ts'
import { readProblem } from '../support/clients/requests.ts'
import { startTestService } from '../support/service.ts'

const PATHS = ['/health/live', '/health/ready', '/health/stream-capacity']

test('both listeners answer health checks', async () => {
  await using service = await startTestService()
  for (const url of [service.url, service.adminUrl]) {
    for (const path of PATHS) {
      const response = await fetch(url + path)
      expect([path, response.status]).toEqual([path, 200])
      expect(await response.json()).toHaveProperty('status')
    }
  }
})

test('HEAD and OPTIONS work as on every route', async () => {
  await using service = await startTestService()
  for (const path of PATHS) {
    const head = await exchange(service.url, formatRequest(path, { method: 'HEAD' }))
    expect([head.status, head.body]).toEqual([200, ''])
    const options = await exchange(service.url, formatRequest(path, { method: 'OPTIONS' }))
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'HEAD, GET, OPTIONS'])
  }
})

test('caches may not store an answer, whether the pod is ready or drains', async () => {
  await using service = await startTestService()
  const check = async () => {
    for (const url of [service.url, service.adminUrl]) {
      for (const path of PATHS) {
        const { headers } = await fetch(url + path)
        expect([path, headers.get('Cache-Control')]).toEqual([path, 'no-store'])
      }
    }
  }
  await check()
  await service.drain.begin()
  await check()
})

test('health needs no token, and no page may read it', async () => {
  await using service = await startTestService()
  for (const path of ['/health/live', '/health/ready']) {
    const response = await fetch(service.url + path, { headers: { Origin: 'https://a.example' } })
    expect(response.status).toBe(200)
    expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull()
  }
})

test('a pod that drains is alive and not ready', async () => {
  await using service = await startTestService()
  await service.drain.begin()
  for (const url of [service.url, service.adminUrl]) {
    const { status, detail } = await readProblem(await fetch(`${url}/health/ready`))
    expect([status, detail]).toEqual([503, 'draining'])
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
  }
})

test('a full pod is alive and ready', async () => {
  await using service = await startTestService({ 'max-streams': '1', 'max-polls': '1' })
  await using stream = await EventStream.open(`${service.url}/stream/a`)
  await stream.event('runnel.open')
  for (const path of ['/health/live', '/health/ready']) {
    expect((await fetch(service.url + path)).status).toBe(200)
  }
})
