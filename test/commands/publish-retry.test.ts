import { expect, test } from 'vitest'
import { publish } from '../../src/cli/publish/publish.ts'
import { eventually } from '../support/eventually.ts'
import { spawnServe } from '../support/serve-process.ts'
import { startTestService } from '../support/service.ts'
import { readAll } from './publish-and-read.ts'
import { createTestIo } from './command-io.ts'
import { startStubService } from './stub-service.ts'
import { runCommand, startCommand } from './run-command.ts'
import { FaultProxy } from '../support/proxies/fault-proxy.ts'

test('a publish whose reply is lost makes one event, and its id is printed', async () => {
  await using service = await startTestService()
  await using proxy = await FaultProxy.start(service.url)
  proxy.faults.repliesToLose = 2

  const { code, output } = await runCommand(['publish', 'news', 'once', '--url', proxy.url])

  const events = await readAll(service.url, 'news')
  expect(events).toMatchObject([{ data: 'once' }])
  expect({ code, output }).toEqual({ code: 0, output: `${events[0]?.id}\n` })
  expect(proxy.connections).toBe(3)
})

test('lost replies repeat no line', async () => {
  await using service = await startTestService({ 'history-events': '5000' })
  await using proxy = await FaultProxy.start(service.url)
  proxy.faults.repliesToLose = 2
  const texts = Array.from({ length: 1_200 }, (_, index) => `line ${index}`)

  const { code } = await runCommand(['publish', 'news', '--lines', '--url', proxy.url], {
    input: texts.join('\n'),
  })

  expect(code).toBe(0)
  expect((await readAll(service.url, 'news')).map(({ data }) => data)).toEqual(texts)
})

test('a call repeated with its key publishes nothing twice, even by lines', async () => {
  await using service = await startTestService({ 'history-events': '5000' })
  const texts = Array.from({ length: 1_200 }, (_, index) => `line ${index}`)
  const publishInPieces = async (size: number) => {
    const pieces = (async function* () {
      for (let start = 0; start < texts.length; start += size) {
        yield Buffer.from(`${texts.slice(start, start + size).join('\n')}\n`)
      }
    })()
    const io = createTestIo({ input: pieces })
    await publish(['news', '--lines', '--key=import', '--url', service.url], io)
    return io.output()
  }

  const first = await publishInPieces(1_200)
  // The batches must be the same, however the input is cut into chunks.
  expect(await publishInPieces(30)).toBe(first)

  expect((await readAll(service.url, 'news')).map(({ data }) => data)).toEqual(texts)
})

test('slow lines are published as they arrive', async () => {
  await using service = await startTestService()
  await using command = startCommand(['publish', 'news', '--lines', '--url', service.url], {
    keepsInputOpen: true,
  })

  command.child.stdin?.write('one\ntw')
  await eventually(() => expect(command.output.split('\n')).toHaveLength(2))
  command.child.stdin?.end('o\n')
  expect(await command.exited).toBe(0)

  expect(await readAll(service.url, 'news')).toMatchObject([{ data: 'one' }, { data: 'two' }])
})

test('it waits for a service that is away for a moment', async () => {
  const first = await spawnServe()
  await first[Symbol.asyncDispose]()
  const running = runCommand(['publish', 'news', 'late', '--retry-for=20s', '--url', first.url])
  await using second = await spawnServe([`--listen=127.0.0.1:${new URL(first.url).port}`])

  expect(await running).toMatchObject({ code: 0, errors: '' })
  expect(await readAll(second.url, 'news')).toMatchObject([{ data: 'late' }])
})

test('it retries with the same key, as often as time allows', async () => {
  await using stub = await startStubService((request) => [503, 502, 429][request])

  const { code, output } = await runCommand(['publish', 'a', 'b', '--url', stub.url])

  expect({ code, output }).toEqual({ code: 0, output: 'id\n' })
  expect(stub.keys).toHaveLength(4)
  expect(new Set(stub.keys).size).toBe(1)
})

test('a given key is sent, with a number for each batch of lines', async () => {
  await using stub = await startStubService(() => 200)
  await runCommand(['publish', 'a', 'b', '--key=K', '--url', stub.url])
  await runCommand(['publish', 'a', '--lines', '--key=K', '--url', stub.url], {
    input: 'x\n'.repeat(501),
  })

  expect(stub.keys).toEqual(['K', 'K-1', 'K-2'])
})

test('it waits no longer than --retry-for, even if Retry-After is longer', async () => {
  await using stub = await startStubService(() => 503, { 'Retry-After': '60' })

  const { code, errors } = await runCommand(['publish', 'a', 'b', '--url', stub.url])

  expect({ code, errors }).toEqual({ code: 1, errors: 'runnel publish: not now (status 503)\n' })
  expect(stub.keys).toHaveLength(1)
})

test('it does not retry before Retry-After', async () => {
  let firstAt: number | undefined
  const statusOf = () => {
    firstAt ??= performance.now()
    // Longer than the first wait of its own, which is at most half a second.
    return performance.now() - firstAt < 800 ? 503 : 200
  }
  await using stub = await startStubService(statusOf, { 'Retry-After': '1' })

  expect((await runCommand(['publish', 'a', 'b', '--url', stub.url])).code).toBe(0)
  expect(stub.keys).toHaveLength(2)
})

test.for([400, 401, 404, 422, 507])('%d is not retried', async (status) => {
  await using stub = await startStubService(() => status)

  const { code, errors } = await runCommand(['publish', 'a', 'b', '--url', stub.url])

  expect({ code, errors }).toEqual({
    code: 1,
    errors: `runnel publish: not now (status ${status})\n`,
  })
  expect(stub.keys).toHaveLength(1)
})

test('a redirect is not followed, since some turn a POST into a GET', async () => {
  const Location = 'https://bob:SECRET@news.example/SECRET?token=SECRET#SECRET'
  await using stub = await startStubService(() => 301, { Location })

  const { code, errors } = await runCommand(['publish', 'a', 'b', '--url', stub.url])

  expect(code).toBe(1)
  expect(errors).toContain('got a redirect to https://news.example: try')
  expect(errors).not.toContain('SECRET')
})

test('--retry-for 0s tries once', async () => {
  const { code, errors } = await runCommand([
    'publish',
    'a',
    'b',
    '--retry-for=0s',
    '--url=http://127.0.0.1:1',
  ])

  expect(code).toBe(1)
  expect(errors).toMatch(/^runnel publish: connection to http:\/\/127\.0\.0\.1:1 failed: .+\n$/)
})
