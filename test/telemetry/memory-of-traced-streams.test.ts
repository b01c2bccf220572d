import { expect, test } from 'vitest'
import { openStreams } from '../connections/many-streams.ts'
import { eventually } from '../support/eventually.ts'
import { OtlpReceiver } from '../support/otlp-receiver.ts'
import { MEASURED, readCounts, readSettledHeap } from '../support/resources.ts'
import { spawnServe } from '../support/serve-process.ts'

const STREAMS = 2_000
/** Bytes of heap that the trace of its opening may add to a stream that is open. A span that is held takes more. */
const MOST = 400

/** Bytes of heap for each stream that is open and idle. */
async function heapPerStream(env: Readonly<Record<string, string>>): Promise<number> {
  await using serve = await spawnServe([], { ...MEASURED, env })
  const [first] = await openStreams(serve.url, 'idle', 1)
  // Code is compiled and caches grow with the first ones.
  const early = await openStreams(serve.url, 'idle', STREAMS)
  for (const { socket } of early) socket.destroy()
  await eventually(async () => expect(await readCounts(serve)).toMatchObject({ subscribers: 1 }))
  const before = await readSettledHeap(serve)
  const guests = await openStreams(serve.url, 'idle', STREAMS)
  const after = await readSettledHeap(serve)
  for (const { socket } of [first!, ...guests]) socket.destroy()
  return (after - before) / STREAMS
}

test('tracing adds less than 400 bytes to each open stream', { timeout: 180_000 }, async () => {
  await using receiver = await OtlpReceiver.start()
  const plain = await heapPerStream({})
  // With room for the spans of all streams, which open at once.
  const traced = await heapPerStream({ ...receiver.env, OTEL_BSP_MAX_QUEUE_SIZE: '100000' })
  expect(receiver.named('GET /stream')).toHaveLength(2 * STREAMS + 1)
  expect(traced - plain).toBeLessThan(MOST)
})
