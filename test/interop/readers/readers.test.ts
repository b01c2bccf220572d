/**
 * Readers in wide use lose no event, repeat none, and report none that nobody published. Those of other languages are
 * programs that the rig builds.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { post } from '../../support/clients/requests.ts'
import { describeWithTools } from '../../support/describe-with-tools.ts'
import { startTestService } from '../../support/service.ts'
import { createClients } from '../clients.ts'
import { createLaunchDarklyClient } from '../event-source-clients.ts'
import { createPageReaders } from './page-readers.ts'
import { GO_READERS, PYTHON_READERS } from './program-readers.ts'
import { testReaders } from './reader.suite.ts'

const KIBIBYTE = 1024

/** The longest text of one line that a service takes unless it is told otherwise. */
let longest = ''

const clients = createClients()
const pageReaders = createPageReaders()

beforeAll(async () => {
  longest = 'x'.repeat(await findLongestAccepted())
})

afterAll(async () => {
  await clients.close()
  await pageReaders.close()
})

test('an event of just under 60 KiB is accepted, and one of more is refused', () => {
  // Besides the data, the largest block has the envelope and a cursor of at most 1 KiB.
  expect(longest.length).toBeGreaterThan(58 * KIBIBYTE)
  expect(longest.length).toBeLessThan(60 * KIBIBYTE)
})

describe('clients that reconnect', () => {
  testReaders(clients.reconnecting, () => longest)
})

describe('libraries for Node', () => {
  testReaders([createLaunchDarklyClient()], () => longest)
})

describe('libraries for pages', () => {
  testReaders(pageReaders.all, () => longest)
})

describeWithTools('libraries for Go', ['go-sse-readers'], () => {
  testReaders(GO_READERS, () => longest)
})

describeWithTools('libraries for Python', ['python-sse-readers'], () => {
  testReaders(PYTHON_READERS, () => longest)
})

async function findLongestAccepted(): Promise<number> {
  await using service = await startTestService()
  let accepted = 0
  let refused = 256 * KIBIBYTE + 1
  while (refused - accepted > 1) {
    const length = Math.floor((accepted + refused) / 2)
    const answer = await post(`${service.url}/publish/a`, 'text/plain', 'x'.repeat(length))
    if (answer.status === 200) accepted = length
    else refused = length
  }
  return accepted
}
