/** What counts toward the bytes of the log: names, data and trace contexts, as UTF-8. */
import { expect, test } from 'vitest'
import type { NewEvent } from '../event-log.ts'
import { MemoryLog } from './memory-log.ts'

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const MiB = 1024 ** 2

/** The bytes of a log that holds the event alone. */
async function bytesWith(event: NewEvent): Promise<number> {
  const log = new MemoryLog(() => ({
    historyEvents: 10,
    historyAge: 3_600_000,
    historyBytes: MiB,
    logBytes: MiB,
    maxChannels: 10,
  }))
  await log.append('orders', [event])
  const bytes = Number(log.status().details['bytes'])
  await log.close()
  return bytes
}

test.for<[what: string, event: NewEvent, bytes: number]>([
  ['data', { name: '', data: 'x'.repeat(1_000) }, 1_000],
  ['data of characters that take several bytes', { name: '', data: '✓'.repeat(1_000) }, 3_000],
  ['a name of such characters', { name: 'é'.repeat(50), data: '' }, 100],
  ['a trace context', { name: '', data: '', trace: { traceparent: TRACEPARENT } }, 55],
  [
    'a trace context with a state',
    { name: '', data: '', trace: { traceparent: TRACEPARENT, tracestate: 'v=1' } },
    58,
  ],
])('%s', async ([, event, bytes]) => {
  const empty = await bytesWith({ name: '', data: '' })
  expect((await bytesWith(event)) - empty).toBe(bytes)
})
