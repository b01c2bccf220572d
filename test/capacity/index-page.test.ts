/** The page at `/`, which load balancers ask for by default. */
import { expect, test } from 'vitest'
import { exchange, formatRequest } from '../support/clients/raw-response.ts'
import { HttpService } from '../support/http-service.ts'
import { readProblem } from '../support/clients/requests.ts'
import { startTestService } from '../support/service.ts'

test('the public listener answers / with a page that no cache may store', async () => {
  await using service = await startTestService()
  const response = await fetch(`${service.url}/`)
  expect(response.status).toBe(200)
  expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8')
  expect(response.headers.get('Cache-Control')).toBe('no-store')
  expect(await response.text()).toMatch(/^<!doctype html>/)
})

test('each of its links leads somewhere, behind a path prefix of a proxy too', async () => {
  await using service = await startTestService()
  const page = await (await fetch(`${service.url}/`)).text()
  const links = Array.from(page.matchAll(/href="([^"]*)"/g), ([, link]) => link!)
  expect(links.length).toBeGreaterThan(0)
  for (const link of links) {
    const { pathname } = new URL(link, 'http://proxy.example/prefix/')
    expect(pathname).toMatch(/^\/prefix\//)
    const response = await fetch(service.url + pathname.replace('/prefix', ''))
    expect([link, response.status]).toEqual([link, 200])
  }
})

test('HEAD and OPTIONS work as on every route', async () => {
  await using service = await startTestService()
  const head = await exchange(service.url, formatRequest('/', { method: 'HEAD' }))
  expect([head.status, head.body]).toEqual([200, ''])
  const options = await exchange(service.url, formatRequest('/', { method: 'OPTIONS' }))
  expect([options.status, options.headers.get('allow')]).toEqual([204, 'HEAD, GET, OPTIONS'])
})

test('a foreign host name is refused, and no page of another origin may read it', async () => {
  await using service = await startTestService()
  const foreign = formatRequest('/', { headers: ['Host: evil.example'] })
  expect((await exchange(service.url, foreign)).status).toBe(421)
  const { headers } = await fetch(service.url, { headers: { Origin: 'https://a.example' } })
  expect(headers.get('Access-Control-Allow-Origin')).toBeNull()
})

test('a pod that is full or drains, or whose log is away, answers too', async () => {
  await using service = await startTestService()
  await service.drain.begin()
  expect((await fetch(service.url)).status).toBe(200)

  await using away = await HttpService.start({ slots: 0 })
  away.test.log.answering = 'failing'
  expect((await fetch(away.url)).status).toBe(200)
})

test('the admin listener has no such page', async () => {
  await using service = await startTestService()
  expect((await readProblem(await fetch(service.adminUrl))).status).toBe(404)
})
