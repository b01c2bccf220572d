import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { formatRequest } from '../support/clients/raw-response.ts'
import { publishText } from '../support/clients/requests.ts'
import {
  countClosed,
  countDescriptors,
  MEASURED,
  readCounts,
  readSettledHeap,
} from '../support/resources.ts'
import { spawnServe, type ServeProcess } from '../support/serve-process.ts'
import { waitForAll, arrive, openStreams } from './many-streams.ts'

/** In bytes. Less than a leak of the slow subscribers alone would take, at 4 KB each. */
const HEAP_TOLERANCE = 128 * 1024
/** The kernel takes up to 4 MB for a client that does not read, before anything waits in the process. */
const FLOOD_EVENT = 'x'.repeat(200 * 1024)
const FLOOD_EVENTS = 60

test(
  'a thousand subscribers vanish in four ways and leave nothing behind',
  { timeout: 180_000 },
  async () => {
    await using serve = await spawnServe(
      [
        '--subscriber-stall=300ms',
        '--subscriber-buffer=16KiB',
        '--max-event=1MiB',
        '--heartbeat=300ms',
        '--history-events=2',
      ],
      MEASURED,
    )
    // Three rounds, since code is compiled and caches grow in the later ones, too.
    for (let round = 0; round < 3; round++) await vanish(serve, 1_000)
    const before = { heap: await readSettledHeap(serve), descriptors: countDescriptors(serve) }

    await vanish(serve, 1_000)

    await eventually(() => {
      expect(countDescriptors(serve)).toBe(before.descriptors)
    })
    expect(await readSettledHeap(serve)).toBeLessThan(before.heap + HEAP_TOLERANCE)
  },
)

/** Lets `count` subscribers come and go, and waits until the service has noticed each of them. */
async function vanish(serve: ServeProcess, count: number): Promise<void> {
  const { url } = serve
  const earlier = countEnds(serve)
  const leaving = await openStreams(url, 'leave', count * 0.3)
  const resetting = await openStreams(url, 'reset', count * 0.3)
  const slow = await openStreams(url, 'slow', count * 0.04)
  for (const channel of ['leave', 'reset', 'slow']) await publish(url, channel, 'for everyone')
  await waitForAll([...leaving, ...resetting, ...slow], 'for everyone')

  for (const { socket } of leaving) socket.end()
  for (const { socket } of resetting) socket.resetAndDestroy()
  for (const { socket } of slow) socket.pause()
  for (let sent = 0; sent < FLOOD_EVENTS; sent++) await publish(url, 'slow', FLOOD_EVENT)
  await Promise.all(
    Array.from({ length: count * 0.36 }, async (_, index) => {
      const { socket } = await arrive(url)
      const request = formatRequest('/stream/early')
      socket.write(index % 2 === 0 ? request : request.slice(0, request.length / 2))
      socket.destroy()
    }),
  )

  await eventually(() => {
    expect(countEnds(serve)).toEqual({
      left: earlier.left + leaving.length,
      reset: earlier.reset + resetting.length,
      stalled: earlier.stalled + slow.length,
    })
  })
  for (const { socket } of slow) socket.destroy()
  await eventually(async () => {
    expect(await readCounts(serve)).toEqual({ subscribers: 0, polls: 0, channels: 0 })
  })
}

function countEnds(serve: ServeProcess): { left: number; reset: number; stalled: number } {
  return {
    left: countClosed(serve, 'leave', 'client'),
    reset: countClosed(serve, 'reset', 'reset'),
    stalled: countClosed(serve, 'slow', 'stalled'),
  }
}

async function publish(url: string, channel: string, text: string): Promise<void> {
  await publishText(url, channel, text, { headers: { Connection: 'close' } })
}
