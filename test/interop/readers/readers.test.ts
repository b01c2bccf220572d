/**
 * Readers in wide use lose no event, repeat none, and report none that nobody published. Those of other languages are
 * programs that the rig builds.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RedisServer } from '../../../rig/servers/redis-server.ts'
import { post, publishText } from '../../support/clients/requests.ts'
import { describeWithTools } from '../../support/describe-with-tools.ts'
import { eventually } from '../../support/eventually.ts'
import { FaultProxy } from '../../support/proxies/fault-proxy.ts'
import { ScriptedServer } from '../../support/scripted-server.ts'
import { startTestService } from '../../support/service.ts'
import { createClients } from '../clients.ts'
import { createLaunchDarklyClient } from '../event-source-clients.ts'
import { createPageReaders } from './page-readers.ts'
import { GO_READERS, PYTHON_READERS } from './program-readers.ts'
import { type Shared, testReaders } from './reader.suite.ts'
import { Reading } from './reading.ts'
import { REOPENED_EVENT_SOURCE } from './reopened-event-source.ts'
import { testSilence } from './silence.suite.ts'

const KIBIBYTE = 1024

/** Texts that grow in different ways on their way: not at all, in an envelope, and by the lines of a block. */
const TEXTS: readonly ((size: number) => string)[] = [
  (size) => 'x'.repeat(size),
  (size) => '"'.repeat(size),
  (size) => `${'x\n'.repeat(size / 2)}x`,
]

const clients = createClients()
const pageReaders = createPageReaders()
let redis: RedisServer
/** The longest of each text that a service takes unless it is told otherwise. */
let largest: readonly string[] = []
const shared = (): Shared => ({ largest, redisUrl: redis.url })

beforeAll(async () => {
  redis = await RedisServer.start()
  await using service = await startTestService()
  largest = await Promise.all(TEXTS.map(async (text) => findLargest(service.url, text)))
})

afterAll(async () => {
  await redis[Symbol.asyncDispose]()
  await clients.close()
  await pageReaders.close()
})

test('an event of just under 60 KiB is accepted, and one of more is refused', () => {
  const [plain = ''] = largest
  // Besides the data, the largest block has the envelope and a cursor of at most 1 KiB.
  expect(plain.length).toBeGreaterThan(58 * KIBIBYTE)
  expect(plain.length).toBeLessThan(60 * KIBIBYTE)
})

describe('clients that reconnect', () => {
  testReaders(clients.reconnecting, shared)
  // An EventSource of a browser needs a watchdog, with which it is among the readers of pages.
  testSilence(clients.reconnecting.filter(({ name }) => name !== 'chromium'))
})

describe('libraries for Node', () => {
  const readers = [createLaunchDarklyClient(), REOPENED_EVENT_SOURCE]
  testReaders(readers, shared)
  testSilence(readers)
})

describe('libraries for pages', () => {
  testReaders(pageReaders.all, shared)
  testSilence(pageReaders.all)
})

// A native EventSource gives up at any status but 200. The library opens another one, and needs an id for that.
test('reconnecting-eventsource resumes after a status of a proxy', async () => {
  const reader = pageReaders.all.find(({ name }) => name === 'reconnecting-eventsource')
  if (reader === undefined) throw new Error('expected reconnecting-eventsource, found none')
  await using service = await startTestService({ retry: '100ms' })
  await using proxy = await FaultProxy.start(service.url)
  const answered = Promise.withResolvers<void>()
  await using badGateway = await ScriptedServer.start((response) => {
    // The next request must find the way to the service.
    response.writeHead(502, { Connection: 'close' }).end()
    answered.resolve()
  })
  await using reading = new Reading(reader, `${proxy.url}/stream/a`)
  await reading.untilOwn('runnel.open')

  const { target } = proxy.faults
  proxy.faults.target = { host: '127.0.0.1', port: Number(new URL(badGateway.url).port) }
  proxy.cut()
  await answered.promise
  await publishText(service.url, 'a', 'meanwhile')
  proxy.faults.target = target

  const meanwhile = { event: 'message', data: 'meanwhile' }
  await eventually(() => expect(reading.published).toEqual([meanwhile]))
  expect(reading.own('runnel.gap')).toEqual([])
})

describeWithTools('libraries for Go', ['go-sse-readers'], () => {
  testReaders(GO_READERS, shared)
  testSilence(GO_READERS)
})

describeWithTools('libraries for Python', ['python-sse-readers'], () => {
  testReaders(PYTHON_READERS, shared)
  testSilence(PYTHON_READERS)
})

async function findLargest(url: string, text: (size: number) => string): Promise<string> {
  let accepted = 0
  let refused = 256 * KIBIBYTE + 2
  while (refused - accepted > 1) {
    const size = Math.floor((accepted + refused) / 2)
    const { status } = await post(`${url}/publish/a`, 'text/plain', text(size))
    if (status === 200) accepted = size
    else refused = size
  }
  return text(accepted)
}
