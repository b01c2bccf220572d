import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { findSharedTrace } from './jaeger-traces.ts'

/** A period of searches. */
const PERIOD = 15_000

test('the trace that most pods took part in is found, whichever period it is of', async () => {
  await using jaeger = await serve([
    [fanOut('a', 'pod-1'), fanOut('b', 'pod-1')],
    [fanOut('c', 'pod-1'), fanOut('c', 'pod-2'), fanOut('c', 'pod-2')],
    [fanOut('d', 'pod-1'), fanOut('d', 'pod-2'), fanOut('d', 'pod-3')],
    [fanOut('e', 'pod-1'), fanOut('e', 'pod-2')],
  ])
  expect(await findSharedTrace(jaeger.url, jaeger.since)).toEqual({
    traceId: 'd',
    pods: ['pod-1', 'pod-2', 'pod-3'],
  })
})

test('traces of one pod, and spans that are no fan-out, are no shared trace', async () => {
  await using jaeger = await serve([
    [fanOut('a', 'pod-1'), span('a', 'pod-2', 'publish')],
    undefined,
    [fanOut('b', 'pod-2')],
  ])
  expect(await findSharedTrace(jaeger.url, jaeger.since)).toBeUndefined()
})

test('what else Jaeger answers is an error that says so', async () => {
  await using jaeger = await serve([undefined], 500)
  await expect(findSharedTrace(jaeger.url, jaeger.since)).rejects.toThrow('Jaeger answers 500')
})

type Spans = readonly object[] | undefined

/** Serves the spans of each period; 404 as Jaeger where there are none. Its last period is the present one. */
async function serve(periods: readonly Spans[], status = 404) {
  const since = new Date(Date.now() - (periods.length - 0.5) * PERIOD)
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://jaeger')
    const from = new Date(searchParams.get('query.start_time_min') ?? '')
    const spans = periods[Math.round((from.getTime() - since.getTime()) / PERIOD)]
    response.statusCode = spans === undefined ? status : 200
    response.end(JSON.stringify({ result: { resourceSpans: spans ?? [] } }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    since,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function fanOut(traceId: string, pod: string): object {
  return span(traceId, pod, 'fan-out')
}

function span(traceId: string, pod: string, name: string): object {
  return {
    resource: { attributes: [{ key: 'k8s.pod.name', value: { stringValue: pod } }] },
    scopeSpans: [{ spans: [{ traceId, name }] }],
  }
}
