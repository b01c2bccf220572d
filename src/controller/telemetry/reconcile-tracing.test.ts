import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { SpanStatusCode } from '@opentelemetry/api'
import { beforeEach, expect, test } from 'vitest'
import { callOn } from '../kube/api-call.ts'
import { CONFIG_MAP } from '../objects/children.ts'
import { DEPLOYMENT } from '../objects/workloads.ts'
import type { ShedOutcome } from '../fleet/shed-client.ts'
import { ReconcileTracing } from './reconcile-tracing.ts'

const FLEET = { namespace: 'default', name: 'streams' }
const PARENT = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }
const TRACEPARENT = `00-${PARENT.traceId}-${PARENT.spanId}-01`

const PATCH = callOn('patch', CONFIG_MAP, FLEET)
const DELETE = callOn('delete', CONFIG_MAP, FLEET)
const SCALE = callOn('patch', DEPLOYMENT, FLEET, 'scale')

const exporter = new InMemorySpanExporter()
let tracing: ReconcileTracing

beforeEach(() => {
  exporter.reset()
  const spanProcessors = [new SimpleSpanProcessor({ exporter })]
  tracing = new ReconcileTracing(new TracerProvider({ spanProcessors }).getTracer('test'))
})

test('a reconcile that only reads leaves no span', async () => {
  const result = await tracing.run(FLEET, TRACEPARENT, async () => {
    for (const verb of ['get', 'list', 'watch'] as const) {
      tracing.answered(callOn(verb, CONFIG_MAP, FLEET), 200, 1)
    }
    tracing.answered({ verb: 'get', path: '/apis' }, 200, 1)
    tracing.shed(shedOf({ isDone: false, reason: 'no-token', detail: '' }))
    return 5
  })

  expect(result).toBe(5)
  expect(exporter.getFinishedSpans()).toEqual([])
})

test('writes outside of a reconcile, or after its end, belong to none', async () => {
  tracing.answered(PATCH, 200, 1)
  let afterwards: (() => void) | undefined
  await tracing.run(FLEET, undefined, async () => {
    tracing.answered(SCALE, 200, 1)
    const { promise, resolve } = Promise.withResolvers<void>()
    void promise.then(() => tracing.answered(PATCH, 200, 1))
    afterwards = resolve
  })
  afterwards?.()
  await Promise.resolve()

  expect(names()).toEqual(['patch deployments.apps/scale', 'reconcile'])
  expect(tracing.span).toBeUndefined()
})

test('reconciles that run at the same time keep their writes apart', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const first = tracing.run(FLEET, undefined, async () => {
    await promise
    tracing.answered(PATCH, 200, 1)
  })
  await tracing.run({ ...FLEET, name: 'other' }, undefined, async () => {
    tracing.answered(SCALE, 200, 1)
  })
  resolve()
  await first

  const traces = exporter.getFinishedSpans().map((span) => span.spanContext().traceId)
  expect(names()).toEqual([
    'patch deployments.apps/scale',
    'reconcile',
    'patch configmaps',
    'reconcile',
  ])
  expect(traces[0]).toBe(traces[1])
  expect(traces[2]).toBe(traces[3])
  expect(traces[0]).not.toBe(traces[2])
})

test.for([
  ['written', [[PATCH, 201]]],
  // It was gone already.
  ['written', [[DELETE, 404]]],
  // Sent anew, with other credentials or on another connection.
  [
    'written',
    [
      [PATCH, 401],
      [PATCH, 200],
    ],
  ],
  [
    'written',
    [
      [PATCH, undefined],
      [PATCH, 200],
    ],
  ],
  [
    'refused',
    [
      [PATCH, 403],
      [SCALE, 200],
    ],
  ],
  ['refused', [[PATCH, 404]]],
] as const)('outcome %s: %j', async ([outcome, answers]) => {
  await tracing.run(FLEET, undefined, async () => {
    for (const [call, status] of answers) tracing.answered(call, status, 1)
  })

  const spans = exporter.getFinishedSpans()
  expect(spans.at(-1)?.attributes['runnel.reconcile.outcome']).toBe(outcome)
  expect(spans.slice(0, -1).map(({ status }) => status.code === SpanStatusCode.ERROR)).toEqual(
    answers.map(([call, status = 0]) => status !== 200 && status !== 201 && call !== DELETE),
  )
})

test('a pod that sheds, or does not, is a write', async () => {
  await tracing.run(FLEET, undefined, async () => {
    tracing.shed(shedOf({ isDone: true, shedding: 5 }))
    tracing.shed(shedOf({ isDone: false, reason: 'unauthorized', detail: 'no' }))
  })

  const [done, refused, reconcile] = exporter.getFinishedSpans()
  const attributes = { 'k8s.pod.name': 'web-0', 'runnel.shed.streams': 5 }
  expect([done?.name, done?.attributes]).toEqual(['shed', attributes])
  expect(refused?.attributes).toEqual({ ...attributes, 'error.type': 'unauthorized' })
  expect(reconcile?.attributes['runnel.reconcile.outcome']).toBe('refused')
})

test.for([
  [TRACEPARENT, [PARENT]],
  [undefined, []],
  ['nonsense', []],
  [TRACEPARENT.toUpperCase(), []],
  [`00-${'0'.repeat(32)}-${PARENT.spanId}-01`, []],
  [`00-${PARENT.traceId}-${'0'.repeat(16)}-01`, []],
] as const)('the annotation %s becomes these links: %j', async ([traceparent, links]) => {
  await tracing.run(FLEET, traceparent, async () => tracing.answered(PATCH, 200, 1))

  const [, reconcile] = exporter.getFinishedSpans()
  expect(reconcile?.links.map(({ context }) => context)).toMatchObject(links)
  expect(reconcile?.parentSpanContext).toBeUndefined()
})

test('what fails has a span though nothing was written, and is forgotten once something is', async () => {
  const error = new Error('away')
  const failing = tracing.run(FLEET, undefined, async () => {
    expect(tracing.span).toBeUndefined()
    throw error
  })
  await expect(failing).rejects.toBe(error)
  const [failed] = exporter.getFinishedSpans()
  expect(failed?.status).toEqual({ code: SpanStatusCode.ERROR })
  expect(failed?.attributes['error.type']).toBe('Error')
  expect(tracing.failedSpan('default/streams')).toEqual(failed?.spanContext())

  await tracing.run(FLEET, undefined, async () => undefined)
  expect(tracing.failedSpan('default/streams')).toBeDefined()
  await tracing.run(FLEET, undefined, async () => tracing.answered(PATCH, 200, 1))
  expect(tracing.failedSpan('default/streams')).toBeUndefined()
  expect(exporter.getFinishedSpans().at(-1)?.links).toMatchObject([
    { context: failed?.spanContext() },
  ])
})

function names(): readonly string[] {
  return exporter.getFinishedSpans().map(({ name }) => name)
}

function shedOf(outcome: ShedOutcome) {
  const request = { count: 5, over: 20 }
  return { fleet: 'default/streams', pod: 'web-0', request, outcome, duration: 1 }
}
