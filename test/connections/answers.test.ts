/** The answers of which observers are told, and those that are left out. */
import { expect, test } from 'vitest'
import type { AnswerRecord } from '../../src/http/http-observer.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { exchange, formatRequest } from '../support/clients/raw-response.ts'
import { poll, post } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { HttpService } from '../support/http-service.ts'

/** A service, and the answers that its observer is told of. */
async function startObserved(slots?: number) {
  const answers: AnswerRecord[] = []
  const observer = { answered: (answer: AnswerRecord) => answers.push(answer) }
  const service = await HttpService.start({ observer, ...(slots !== undefined && { slots }) })
  return {
    service,
    answers,
    /** Answers so far, once this request is told of; it comes last. */
    untilLast: async () => {
      await fetch(`${service.url}/last`)
      await eventually(() => expect(answers.at(-1)?.status).toBe(404))
      return answers.slice(0, -1)
    },
    [Symbol.asyncDispose]: async () => service[Symbol.asyncDispose](),
  }
}

test('each answer is told with the route, the method and the status', async () => {
  await using observed = await startObserved()
  const { url } = observed.service
  await post(`${url}/publish/a`, 'text/plain', 'x')
  await post(`${url}/publish/a`, 'image/png', 'x')
  await fetch(`${url}/publish/a`)
  await fetch(`${url}/openapi.json`)
  await fetch(`${url}/poll/a`, { method: 'HEAD' })
  await fetch(`${url}/stream`, { method: 'HEAD' })
  await exchange(url, formatRequest('/stream/a?from=never'))
  await exchange(url, formatRequest('/poll?wait=x&channel=a'))
  await exchange(url, formatRequest('/publish/a', { method: 'OPTIONS' }))
  await exchange(url, formatRequest('/stream/a', { method: 'BREW' }))
  await exchange(url, formatRequest('/stream/a', { method: 'PATCH' }))
  await exchange(url, formatRequest('/nowhere'))
  await exchange(url, formatRequest('/publish/a', { headers: ['Host: evil.example'] }))

  const told = await observed.untilLast()
  expect(told.map(({ method, route, status }) => `${method} ${route} ${status}`)).toEqual([
    'POST /publish/:channel 200',
    'POST /publish/:channel 415',
    'GET /publish/:channel 405',
    'GET /openapi.json 200',
    'HEAD /poll/:channel 200',
    'HEAD /stream 400',
    'GET /stream/:channel 400',
    'GET /poll 400',
    'OPTIONS /publish/:channel 204',
    'undefined /stream/:channel 405',
    'GET undefined 404',
    'GET undefined 421',
  ])
  for (const { duration } of told) expect(duration).toBeGreaterThanOrEqual(0)
})

test('the preflight of a page reaches no route', async () => {
  await using observed = await startObserved()
  const headers = { Origin: 'https://page.example', 'Access-Control-Request-Method': 'POST' }
  await fetch(`${observed.service.url}/publish/a`, { method: 'OPTIONS', headers })
  expect(await observed.untilLast()).toMatchObject([
    { route: undefined, method: 'OPTIONS', status: 204 },
  ])
})

test('streams and refusals by event are left out, refusals with a status are told', async () => {
  await using observed = await startObserved(1)
  const { url } = observed.service
  await using stream = await EventStream.open(`${url}/stream/a`)
  await stream.event('runnel.open')
  await using refused = await EventStream.open(`${url}/stream/a`)
  await refused.event('runnel.full')
  await refused.ended()
  await fetch(`${url}/stream/a`, { headers: { Prefer: 'status' } })
  await stream[Symbol.asyncDispose]()
  await eventually(() => expect(observed.service.service.hub.subscribers.size).toBe(0))
  expect(await observed.untilLast()).toMatchObject([
    { route: '/stream/:channel', method: 'GET', status: 503 },
  ])
})

test('polls with a slot and health checks are left out, a poll without a slot is told', async () => {
  await using observed = await startObserved(1)
  const { url, test: hub } = observed.service
  await poll(url, '/poll/a')
  await fetch(`${url}/health/live`)
  await fetch(`${url}/health/ready`)
  await fetch(`${url}/health/ready`, { method: 'POST' })
  hub.log.answering = 'held'
  const held = fetch(`${url}/poll/b`)
  await eventually(() => expect(hub.log.heldCalls).toBeGreaterThan(0))
  expect((await fetch(`${url}/poll/a`)).status).toBe(503)
  hub.log.answering = 'failing'
  hub.log.release()
  expect((await held).status).toBe(503)
  expect(await observed.untilLast()).toMatchObject([
    { route: '/poll/:channel', method: 'GET', status: 503 },
  ])
})

test('an answer counts until its end, and a client that leaves is told of once', async () => {
  await using observed = await startObserved()
  const { url, test: hub } = observed.service
  hub.log.answering = 'held'
  const headers = ['Content-Type: text/plain', 'Content-Length: 1']
  const request = formatRequest('/publish/a', { method: 'POST', headers, body: 'x' })
  await using client = await RawConnection.open(url)
  client.send(request)
  await eventually(() => expect(hub.log.heldCalls).toBe(1))
  expect(observed.answers).toEqual([])
  client.reset()
  // The next publish is answered after the service has seen the first client leave.
  const other = exchange(url, request)
  await eventually(() => expect(hub.log.heldCalls).toBe(2))
  expect(observed.answers).toEqual([])
  hub.log.answering = 'at-once'
  hub.log.release()
  expect((await other).status).toBe(200)
  expect(await observed.untilLast()).toMatchObject([
    { route: '/publish/:channel', method: 'POST' },
    { route: '/publish/:channel', method: 'POST', status: 200 },
  ])
})

test('requests on one connection are told one by one', async () => {
  await using observed = await startObserved()
  await using client = await RawConnection.open(observed.service.url)
  for (let round = 1; round <= 20; round++) {
    client.send('GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await eventually(() => expect(observed.answers).toHaveLength(round))
  }
})

test('the admin listener tells of no answers', async () => {
  await using observed = await startObserved()
  await fetch(`${observed.service.adminUrl}/metrics`)
  expect(await observed.untilLast()).toEqual([])
})
