import { expect, test } from 'vitest'
import { HttpService } from '../support/http-service.ts'
import { startTestService } from '../support/service.ts'

const METRICS = '# TYPE runnel_active_streams gauge\nrunnel_active_streams 0\n'

test('the admin listener alone serves the metrics, in the text format of Prometheus', async () => {
  await using service = await HttpService.start({ metrics: () => Promise.resolve(METRICS) })
  const response = await fetch(`${service.adminUrl}/metrics`)
  expect(response.status).toBe(200)
  expect(response.headers.get('Content-Type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(response.headers.get('Cache-Control')).toBe('no-store')
  expect(await response.text()).toBe(METRICS)
  expect((await fetch(`${service.url}/metrics`)).status).toBe(404)
})

test('the metrics are there while the log is away, and collected anew for each request', async () => {
  let collected = 0
  const metrics = () => Promise.resolve(`runnel_log_up ${collected++}\n`)
  await using service = await HttpService.start({ metrics })
  service.test.log.answering = 'failing'
  for (let round = 0; round < 2; round++) {
    const response = await fetch(`${service.adminUrl}/metrics`)
    expect(await response.text()).toBe(`runnel_log_up ${round}\n`)
  }
})

test('metrics that cannot be collected are a problem, which is reported', async () => {
  const failed: unknown[] = []
  const failure = new Error('no metrics')
  await using service = await HttpService.start({
    metrics: () => Promise.reject(failure),
    observer: { failed: (error) => failed.push(error) },
  })
  expect((await fetch(`${service.adminUrl}/metrics`)).status).toBe(500)
  expect(failed).toEqual([failure])
})

test('a service has them from its start', async () => {
  await using service = await startTestService()
  expect((await fetch(`${service.adminUrl}/metrics`)).status).toBe(200)
})
