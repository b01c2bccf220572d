/** The traces of a controller process, as a collector gets them. */
import { expect, test } from 'vitest'
import { spawnControl, type ControlProcess } from '../commands/control-process.ts'
import { eventually } from '../support/eventually.ts'
import { FakeApiServer } from '../support/fake-api-server/fake-api-server.ts'
import { COLLECTIONS, putFleet } from '../support/fake-api-server/fleet.ts'
import { OtlpReceiver } from '../support/otlp-receiver.ts'
import type { TracedSpan } from '../support/otlp-spans.ts'

test('a reconcile that writes is a trace with a span for each write, linked to who wrote the object', async () => {
  await using api = await FakeApiServer.start()
  await using receiver = await OtlpReceiver.start()
  putFleet(api)
  const [traceId, spanId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7']
  annotate(api, { 'tracing.k8s.io/traceparent': `00-${traceId}-${spanId}-01` })
  await using control = await spawnControl(api, [], { env: receiver.env })

  await eventually(() => expect(namesBelow(receiver, reconciles(receiver)[0])).toHaveLength(3))
  const [reconcile] = reconciles(receiver)
  expect(reconcile).toMatchObject({
    resource: { 'service.name': 'runnel-controller' },
    kind: 'internal',
    attributes: {
      'k8s.namespace.name': 'default',
      'runnel.fleet': 'streams',
      'runnel.reconcile.outcome': 'written',
    },
    links: [{ traceId, spanId }],
  })
  expect(reconcile?.parentSpanId).toBeUndefined()
  expect(namesBelow(receiver, reconcile)).toEqual([
    'patch configmaps',
    'patch poddisruptionbudgets.policy',
    'patch streamcapacities.runnel.dev/status',
  ])
  for (const write of childrenOf(receiver, reconcile)) {
    expect(write.kind).toBe('client')
    expect(write.attributes['http.response.status_code']).toBeOneOf([200, 201])
    // The span of the reconcile is made at its first write, and covers all.
    expect(write.start).toBeGreaterThanOrEqual(reconcile!.start)
    expect(write.end).toBeLessThanOrEqual(reconcile!.end)
  }
  // Writes of the lease belong to no reconcile, and looks that change nothing leave no trace.
  await countReconciles(control, 3)
  expect(receiver.spans).toHaveLength(4)
})

test('a reconcile that fails is a trace, its log line leads to it, and the next attempt is linked', async () => {
  await using api = await FakeApiServer.start()
  await using receiver = await OtlpReceiver.start()
  putFleet(api)
  let failures = 2
  api.fault = ({ method, path }) => {
    if (method !== 'PATCH' || !path.startsWith(COLLECTIONS.configMaps)) return undefined
    return failures-- > 0 ? { code: 503, body: 'away' } : undefined
  }
  await using control = await spawnControl(api, [], { env: receiver.env })

  await eventually(() => expect(outcomes(receiver)).toEqual(['failed', 'failed', 'written']))
  const [first, second, third] = reconciles(receiver)
  expect(first?.status).toBe('error')
  // Its message is in the log line alone.
  expect(first?.attributes['error.type']).toBe('ClusterError')
  expect(first?.statusMessage).toBeUndefined()
  expect(first?.links).toEqual([])
  expect(second?.links).toMatchObject([{ traceId: first?.traceId, spanId: first?.spanId }])
  expect(third?.links).toMatchObject([{ traceId: second?.traceId, spanId: second?.spanId }])
  const [refused] = childrenOf(receiver, first)
  expect(refused).toMatchObject({
    name: 'patch configmaps',
    status: 'error',
    attributes: { 'http.response.status_code': 503, 'error.type': '503' },
  })
  const [line] = control.json.filter(({ msg }) => msg === 'reconcile failed')
  expect(line).toMatchObject({ trace_id: first?.traceId, span_id: first?.spanId, count: 1 })
})

test('the last spans are sent at the end', async () => {
  await using api = await FakeApiServer.start()
  await using receiver = await OtlpReceiver.start()
  putFleet(api)
  const env = { ...receiver.env, OTEL_BSP_SCHEDULE_DELAY: '600000' }
  await using control = await spawnControl(api, [], { env })
  await eventually(() =>
    expect(api.objects.get(COLLECTIONS.streamCapacities, 'streams')).toHaveProperty('status'),
  )
  expect(receiver.spans).toEqual([])

  control.child.kill('SIGTERM')

  expect(await control.exited).toBe(0)
  expect(outcomes(receiver)).toEqual(['written'])
})

test('without a place for them, there are no spans, and log lines have no ids', async () => {
  await using api = await FakeApiServer.start()
  putFleet(api)
  api.fault = ({ method }) => (method === 'PATCH' ? { code: 503, body: 'away' } : undefined)
  await using control = await spawnControl(api)

  const failed = () => control.json.filter(({ msg }) => msg === 'reconcile failed')
  await eventually(() => expect(failed()).not.toEqual([]))
  expect(failed()[0]).not.toHaveProperty('trace_id')
})

function annotate({ objects }: FakeApiServer, annotations: Readonly<Record<string, string>>): void {
  const stored = objects.get(COLLECTIONS.streamCapacities, 'streams')
  const metadata = { ...(stored?.['metadata'] as object), name: 'streams', annotations }
  objects.put(COLLECTIONS.streamCapacities, { ...stored, metadata })
}

/** Resolves once the controller has looked at its fleet so often. */
async function countReconciles({ adminUrl }: ControlProcess, least: number): Promise<void> {
  await eventually(async () => {
    const metrics = await (await fetch(`${adminUrl}/metrics`)).text()
    const [, count] = /^runnel_controller_reconcile_seconds_count (\d+)$/m.exec(metrics) ?? []
    expect(Number(count)).toBeGreaterThanOrEqual(least)
  })
}

/** In the order of their starts. */
function reconciles({ spans }: OtlpReceiver): readonly TracedSpan[] {
  return spans.filter(({ name }) => name === 'reconcile').toSorted((a, b) => a.start - b.start)
}

function outcomes(receiver: OtlpReceiver): readonly unknown[] {
  return reconciles(receiver).map(({ attributes }) => attributes['runnel.reconcile.outcome'])
}

function childrenOf({ spans }: OtlpReceiver, of: TracedSpan | undefined) {
  return spans.filter(
    ({ traceId, parentSpanId }) => traceId === of?.traceId && parentSpanId === of.spanId,
  )
}

function namesBelow(receiver: OtlpReceiver, of: TracedSpan | undefined): readonly string[] {
  return childrenOf(receiver, of)
    .map(({ name }) => name)
    .toSorted()
}
