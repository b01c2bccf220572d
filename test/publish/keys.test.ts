import { afterAll, beforeAll, expect, test } from 'vitest'
import { exchange, formatRequest } from '../support/clients/raw-response.ts'
import {
  acceptedIds,
  poll,
  post,
  publishCount,
  publishText,
  readProblem,
} from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service[Symbol.asyncDispose]())

/** Publishes a body under a key. */
async function publishKeyed(
  channel: string,
  key: string,
  body: string,
  type = 'text/plain',
): Promise<Response> {
  return post(`${service.url}/publish/${channel}`, type, body, { 'Idempotency-Key': key })
}

async function countEvents(channel: string): Promise<number> {
  const { events } = await poll(service.url, `/poll/${channel}?from=earliest&limit=1000`)
  return events.length
}

test('the same events under a key answer the first ids again', async () => {
  const first = await acceptedIds(await publishKeyed('repeat', 'k', 'a'))
  await publishText(service.url, 'repeat', 'between')
  const second = await acceptedIds(await publishKeyed('repeat', 'k', 'a'))
  expect(second).toEqual(first)
  expect(await countEvents('repeat')).toBe(2)
})

test('a batch under a key is repeated as a whole', async () => {
  const body = '{"data":1}\n{"data":2}\n{"event":"tick","data":3}'
  const first = await acceptedIds(await publishKeyed('batch', 'k', body, 'application/x-ndjson'))
  const again = await acceptedIds(await publishKeyed('batch', 'k', body, 'application/x-ndjson'))
  expect(first).toHaveLength(3)
  expect(again).toEqual(first)
  expect(await countEvents('batch')).toBe(3)
})

test('events are the same by name and data, in any format', async () => {
  const first = await acceptedIds(await publishKeyed('same', 'k', 'a\r\nb'))
  const forms = [
    [String.raw`{"data":"a\nb"}`, 'application/json'],
    [String.raw`{ "event": "message", "data": "a\r\nb" }`, 'application/json'],
    [String.raw`{"data":"a\rb"}`, 'application/x-ndjson'],
    ['a\nb', 'text/plain; charset=utf-8'],
  ] as const
  for (const [body, type] of forms) {
    expect(await acceptedIds(await publishKeyed('same', 'k', body, type))).toEqual(first)
  }
  expect(await countEvents('same')).toBe(1)
})

test.for([
  ['data', 'b', 'text/plain'],
  ['a name', '{"event":"tick","data":"a"}', 'application/json'],
  ['one event more', '{"data":"a"}\n{"data":"a"}', 'application/x-ndjson'],
] as const)('%s of another kind under a used key is 422', async ([, body, type], { task }) => {
  const channel = `other-${task.id}`
  const first = await acceptedIds(await publishKeyed(channel, 'k', 'a'))
  const { status, detail } = await readProblem(await publishKeyed(channel, 'k', body, type))
  expect([status, detail]).toEqual([422, expect.stringContaining('Idempotency-Key')])
  expect(await acceptedIds(await publishKeyed(channel, 'k', 'a'))).toEqual(first)
  expect(await countEvents(channel)).toBe(1)
})

test('a key belongs to its channel', async () => {
  await acceptedIds(await publishKeyed('scope-a', 'k', 'a'))
  await acceptedIds(await publishKeyed('scope-b', 'k', 'b'))
  expect(await countEvents('scope-b')).toBe(1)
})

test('of many concurrent publishes under one key, one is accepted', async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, async () => acceptedIds(await publishKeyed('race', 'k', 'a'))),
  )
  expect(new Set(answers.flat()).size).toBe(1)
  expect(await countEvents('race')).toBe(1)
})

test('a refused publish leaves its key free', async () => {
  const refused = [
    await publishKeyed('free', 'k', '{}', 'application/json'),
    await publishKeyed('free', 'k', 'a', 'text/html'),
    await publishKeyed('free', 'k', '{"data":1}\n'.repeat(501), 'application/x-ndjson'),
  ]
  expect(refused.map(({ status }) => status)).toEqual([400, 415, 413])
  await acceptedIds(await publishKeyed('free', 'k', 'a'))
})

test('a key answers its ids even when the events have left the history', async () => {
  await using small = await startTestService({ 'history-events': '2' })
  const send = () => post(`${small.url}/publish/a`, 'text/plain', 'a', { 'Idempotency-Key': 'k' })
  const first = await acceptedIds(await send())
  for (let round = 0; round < 3; round++) await publishCount(small.url, 'a', 2)
  expect(await acceptedIds(await send())).toEqual(first)
})

test.for([
  ['128 bytes', 'k'.repeat(128), 200],
  ['129 bytes', 'k'.repeat(129), 400],
  ['no byte', '', 400],
  ['128 bytes that are not ASCII', 'é'.repeat(64), 200],
  ['130 bytes in 65 characters', 'é'.repeat(65), 400],
] as const)('a key may have 1 to 128 bytes: %s', async ([, key, expected], { task }) => {
  const headers = ['Content-Type: text/plain', `Idempotency-Key: ${key}`, 'Content-Length: 1']
  const target = `/publish/length-${task.id}`
  const request = formatRequest(target, { method: 'POST', headers, body: 'a' })
  const { status, body } = await exchange(service.url, request)
  expect(status).toBe(expected)
  expect(body.includes('Idempotency-Key')).toBe(expected === 400)
})

test('the keys are bounded: a publish without room for its key is 507, and no key is dropped early', async () => {
  const sizes = { 'log-bytes': '16KiB', 'history-bytes': '4KiB', 'body-limit': '1KiB' }
  await using small = await startTestService(sizes)
  const send = (key: string) =>
    post(`${small.url}/publish/a`, 'text/plain', 'a', { 'Idempotency-Key': key })
  const first = await acceptedIds(await send('k0'))
  let refused = await send('k1')
  for (let index = 2; refused.status === 200 && index < 100; index++)
    refused = await send(`k${index}`)
  const { status, detail } = await readProblem(refused)
  expect([status, detail]).toEqual([507, expect.stringContaining('keys')])
  const waits = new Set<number>()
  for (let index = 0; index < 30; index++) {
    const { headers } = await send(`late ${index}`)
    waits.add(Number(headers.get('Retry-After')))
  }
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(2)
  expect(Math.max(...waits)).toBeLessThanOrEqual(10)
  expect(waits.size).toBeGreaterThan(2)
  expect(await acceptedIds(await send('k0'))).toEqual(first)
  await publishText(small.url, 'a', 'without a key')
})
