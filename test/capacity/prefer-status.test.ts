import { expect, test } from 'vitest'
import { EventStream } from '../support/clients/event-stream.ts'
import { readProblem } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { HttpService } from '../support/http-service.ts'
import { startTestService } from '../support/service.ts'
import { leave, startFullPod } from './full-pod.ts'

test.for([
  'status',
  'respond-async, status',
  'Status',
  'wait=10 , status , handling=lenient',
  'status; a=1',
  'status ;a="x, y";b',
  'STATUS=""',
  'status = "" ; a',
  'foo="a, \\", b"; c, status',
])('with Prefer: %s it gets 503 with Retry-After', async (preference) => {
  await using full = await startFullPod()
  const url = `${full.service.url}/stream/a`
  const response = await fetch(url, { headers: { Prefer: preference } })
  expect((await readProblem(response)).status).toBe(503)
  expect(response.headers.get('Retry-After')).toBe('1')
})

test.for([
  'statuses',
  'x-status',
  'status=409',
  'foo=status',
  'foo; status',
  'foo="a, status"',
  'foo="a, status;b"',
  'foo="\\", status',
  `foo="${'\\"'.repeat(7_000)}`,
])('Prefer: %s does not ask for a status', async (preference) => {
  await using full = await startFullPod()
  const headers = { Prefer: preference }
  await using refused = await EventStream.open(`${full.service.url}/stream/a`, headers)
  expect(await refused.event('runnel.full')).toBeDefined()
})

test('with Prefer: status and room it gets its stream', async () => {
  await using service = await startTestService({ 'max-streams': '1' })
  const headers = { Prefer: 'status' }
  for (let round = 0; round < 3; round++) {
    await using stream = await EventStream.open(`${service.url}/stream/a`, headers)
    await stream.event('runnel.open')
    await leave(service, stream)
  }
  await service.drain.begin()
  expect((await fetch(`${service.url}/stream/a`, { headers })).status).toBe(503)
})

test('a status that says that the log is away leaves its slot to the next stream', async () => {
  await using service = await HttpService.start({ slots: 1 })
  const { log } = service.test
  log.answering = 'held'
  const asked = fetch(`${service.url}/stream/a`, { headers: { Prefer: 'status' } })
  await eventually(() => expect(log.heldCalls).toBeGreaterThan(0))
  log.answering = 'failing'
  log.release()
  expect((await asked).status).toBe(503)

  log.answering = 'at-once'
  await using stream = await EventStream.open(`${service.url}/stream/a`)
  expect(await stream.event('runnel.open')).toBeDefined()
})
