/** Small requests that must not take much memory in the process. */
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { formatRequest } from '../support/clients/raw-response.ts'
import { poll } from '../support/clients/requests.ts'
import { readCounts, readHeap } from '../support/resources.ts'
import { spawnServe, type ServeProcess } from '../support/serve-process.ts'

const PRELOAD = new URL('../support/report-memory.ts', import.meta.url).href
const FLAGS = ['--log-bytes=1MiB', '--history-bytes=1MiB', '--read-memory=1MiB']
const HEAP = ['--max-old-space-size=64', '--max-semi-space-size=4']
/** Bytes of heap that are enough for these requests. */
const MOST = 40 * 1024 ** 2
/** Readings without a greater one that end the reading, and bytes by which those of the same heap differ. */
const CALM_READINGS = 5
const NOISE = 64 * 1024
const CHUNKED = ['Transfer-Encoding: chunked', 'Content-Type: text/plain']
const KEEP = ['Connection: keep-alive']

/** Chunks of one byte each: six bytes on the wire, and an object of a hundred if they are kept. */
const CRUMBS = '1\r\nx\r\n'.repeat(200_000)

async function serveWithSmallHeap(): Promise<ServeProcess> {
  return spawnServe(FLAGS, { nodeFlags: ['--expose-gc', '--import', PRELOAD, ...HEAP] })
}

/** Sends the same text on `count` connections, which stay open. */
async function sendOnMany(
  serve: ServeProcess,
  count: number,
  bytes: string,
): Promise<AsyncDisposable> {
  const connections = await Promise.all(
    Array.from({ length: count }, async () => RawConnection.open(serve.url)),
  )
  for (const connection of connections) connection.send(bytes)
  return {
    [Symbol.asyncDispose]: async () => {
      await Promise.all(connections.map(async (each) => each[Symbol.asyncDispose]()))
    },
  }
}

/** A request for a poll of a channel without events, which is held. */
async function heldPoll(serve: ServeProcess): Promise<string> {
  const { cursor } = await poll(serve.url, '/poll/quiet')
  return `/poll/quiet?wait=55&lastEventId=${cursor}`
}

/**
 * Most bytes of heap in use while the service works on the requests. It reads them in many turns: the worst has come
 * once it has answered several times without a greater heap. Rejects if it has crashed.
 */
async function worstHeap(serve: ServeProcess): Promise<number> {
  let worst = 0
  for (let calm = 0; calm < CALM_READINGS; calm++) {
    const heap = await readHeap(serve)
    if (heap > worst + NOISE) calm = -1
    worst = Math.max(worst, heap)
  }
  return worst
}

test('bodies in chunks of one byte take no more memory than their bytes', async () => {
  await using serve = await serveWithSmallHeap()
  const publish = formatRequest('/publish/a', { method: 'POST', headers: CHUNKED })
  await using _connections = await sendOnMany(serve, 8, publish + CRUMBS)
  expect(await worstHeap(serve)).toBeLessThan(MOST)
})

test('the body of a poll that is held is not kept', async () => {
  await using serve = await serveWithSmallHeap()
  const held = formatRequest(await heldPoll(serve), { headers: CHUNKED })
  await using _connections = await sendOnMany(serve, 16, held + CRUMBS)
  expect(await worstHeap(serve)).toBeLessThan(MOST)
})

test.each(['poll', 'stream'] as const)(
  'requests by the thousand behind a held poll and a %s are not parsed before their turn',
  async (kind) => {
    await using serve = await serveWithSmallHeap()
    const held = formatRequest(await heldPoll(serve), { headers: KEEP })
    const second = kind === 'poll' ? held : formatRequest('/stream/a', { headers: KEEP })
    const others = formatRequest('/', { headers: KEEP }).repeat(2_000)
    await using _connections = await sendOnMany(serve, 30, held + second + others)
    expect(await worstHeap(serve)).toBeLessThan(MOST)
    expect(await readCounts(serve)).toMatchObject({ polls: 30 })
  },
)

test('hundreds of requests behind a held poll wait for it and are answered', async () => {
  await using serve = await serveWithSmallHeap()
  await using connection = await RawConnection.open(serve.url)
  const held = formatRequest((await heldPoll(serve)).replace('55', '1'), { headers: KEEP })
  connection.send(held + formatRequest('/health/live', { headers: KEEP }).repeat(900))
  const isAnswered = () => connection.text.split('{"status":"ok"}').length > 900
  await eventually(() => expect(isAnswered()).toBe(true))
  expect(connection.text).toMatch(/^HTTP\/1.1 200 /)
  expect(connection.text.indexOf('"events":[]')).toBeLessThan(connection.text.indexOf('"status"'))
})
