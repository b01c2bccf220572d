import { expect, test } from 'vitest'
import { resolve } from '../../src/config/resolve.ts'
import { SERVE_TABLE } from '../../src/config/serve/serve-table.ts'
import { MemoryLog } from '../../src/log/memory/memory-log.ts'
import { eventually } from '../support/eventually.ts'
import { formatRequest } from '../support/clients/raw-response.ts'
import { MEASURED, readCounts, readSettledHeap } from '../support/resources.ts'
import { spawnServe } from '../support/serve-process.ts'
import { sendAll } from './pipelined-requests.ts'
import { PATIENT } from './monitored-service.ts'

const NAMES = 20_000
const LIMIT = 5_000
/** Bytes of heap that all names beyond the limit may leave: less than 30 each. */
const HEAP_TOLERANCE = 1024 * 1024
const CONNECTIONS = 4

test(
  'publishes to ever new channels get 507 at the limit, and the heap stays as it was then',
  PATIENT,
  async () => {
    await using serve = await spawnServe([`--max-channels=${LIMIT}`], MEASURED)

    const accepted = await walk(serve.url, publishes('known', LIMIT))
    const heap = await readSettledHeap(serve)
    const refused = await walk(serve.url, publishes('new', NAMES - LIMIT))
    const again = await walk(serve.url, publishes('known', 100))

    expect(accepted).toEqual(new Map([[200, LIMIT]]))
    expect(refused).toEqual(new Map([[507, NAMES - LIMIT]]))
    expect(again).toEqual(new Map([[200, 100]]))
    expect(await readSettledHeap(serve)).toBeLessThan(heap + HEAP_TOLERANCE)
  },
)

test('polls of ever new channels leave nothing behind', PATIENT, async () => {
  await using serve = await spawnServe([], MEASURED)
  await walk(serve.url, polls('early', NAMES / 10))
  await untilForgotten(serve)
  const heap = await readSettledHeap(serve)

  const statuses = await walk(serve.url, polls('later', NAMES))

  expect(statuses).toEqual(new Map([[200, NAMES]]))
  await untilForgotten(serve)
  expect(await readSettledHeap(serve)).toBeLessThan(heap + HEAP_TOLERANCE)
})

test(
  'a million channel names fill the memory log to its default limit and no further',
  PATIENT,
  async () => {
    const resolution = resolve(SERVE_TABLE, { env: {}, flags: {} })
    if (resolution.kind === 'refused') throw new Error('expected the defaults to be good')
    const { config } = resolution
    const log = new MemoryLog(() => config)
    log.start()
    const kinds = { accepted: 0, full: 0, 'key-reused': 0, 'too-large': 0 }
    let heapAtLimit = 0

    for (let number = 0; number < 1_000_000; number++) {
      if (number === config.maxChannels) heapAtLimit = collectedHeap()
      const { kind } = await log.append(`channel-${number}`, [{ name: 'message', data: 'x' }])
      kinds[kind]++
    }

    expect(kinds).toMatchObject({
      accepted: config.maxChannels,
      full: 1_000_000 - config.maxChannels,
    })
    expect(log.status().details).toMatchObject({ channels: config.maxChannels })
    expect(collectedHeap()).toBeLessThan(heapAtLimit + HEAP_TOLERANCE)
    await log.close()
  },
)

function* publishes(prefix: string, count: number): Generator<Buffer> {
  const headers = ['Connection: keep-alive', 'Content-Type: text/plain', 'Content-Length: 1']
  for (let number = 0; number < count; number++) {
    const target = `/publish/${prefix}-${number}`
    yield Buffer.from(formatRequest(target, { method: 'POST', headers, body: 'x' }))
  }
}

function* polls(prefix: string, count: number): Generator<Buffer> {
  for (let number = 0; number < count; number++) {
    const target = `/poll/${prefix}-${number}`
    yield Buffer.from(formatRequest(target, { headers: ['Connection: keep-alive'] }))
  }
}

/** Returns how often each status was answered. */
async function walk(url: string, requests: Generator<Buffer>): Promise<Map<number, number>> {
  const statuses = new Map<number, number>()
  const send = async () =>
    sendAll(url, requests, (status) => {
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    })
  await Promise.all(Array.from({ length: CONNECTIONS }, send))
  return statuses
}

async function untilForgotten(serve: Parameters<typeof readCounts>[0]): Promise<void> {
  await eventually(async () => {
    expect(await readCounts(serve)).toMatchObject({ channels: 0 })
  })
}

function collectedHeap(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
