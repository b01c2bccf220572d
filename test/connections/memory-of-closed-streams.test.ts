import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { publishText } from '../support/clients/requests.ts'
import { countDescriptors, MEASURED, readCounts, readSettledHeap } from '../support/resources.ts'
import { spawnServe, type ServeProcess } from '../support/serve-process.ts'
import { waitForAll, openStreams } from './many-streams.ts'

/** Connections at a time, and how often they come and go before the heap is read. */
const STREAMS = 500
const CYCLES = 5
const WARM_UP_CYCLES = 10
const READINGS = 3
/** Bytes of heap that a closed connection may leave. A leaked subscriber takes thousands. */
const MAX_BYTES = 50

test(
  'five thousand streams that come and go leave less than 50 bytes each',
  { timeout: 180_000 },
  async () => {
    await using serve = await spawnServe([], MEASURED)
    // A stream that stays keeps the channel and its group from being made anew in every cycle.
    const [host] = await openStreams(serve.url, 'churn', 1)

    for (let cycle = 0; cycle < WARM_UP_CYCLES; cycle++) await comeAndGo(serve)
    const heaps = [await readSettledHeap(serve)]
    const descriptors = countDescriptors(serve)
    while (heaps.length < READINGS) {
      for (let cycle = 0; cycle < CYCLES; cycle++) await comeAndGo(serve)
      heaps.push(await readSettledHeap(serve))
    }

    expect(slope(heaps) / (STREAMS * CYCLES)).toBeLessThan(MAX_BYTES)
    await eventually(() => {
      expect(countDescriptors(serve)).toBe(descriptors)
    })
    host?.socket.destroy()
  },
)

/** Many streams get an event; then a third each ends, is destroyed, and is reset. */
async function comeAndGo(serve: ServeProcess): Promise<void> {
  const guests = await openStreams(serve.url, 'churn', STREAMS)
  await publishText(serve.url, 'churn', 'for everyone', { headers: { Connection: 'close' } })
  await waitForAll(guests, 'for everyone')
  for (const [index, { socket }] of guests.entries()) {
    if (index % 3 === 0) socket.end()
    else if (index % 3 === 1) socket.destroy()
    else socket.resetAndDestroy()
  }
  await eventually(async () => {
    expect(await readCounts(serve)).toMatchObject({ subscribers: 1 })
  })
}

/** Growth from one reading to the next, by least squares. */
function slope(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const middle = (values.length - 1) / 2
  let covariance = 0
  let variance = 0
  for (const [index, value] of values.entries()) {
    covariance += (index - middle) * (value - mean)
    variance += (index - middle) ** 2
  }
  return covariance / variance
}
