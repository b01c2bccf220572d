import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { EventStream } from '../support/clients/event-stream.ts'
import { eventually } from '../support/eventually.ts'
import { JaegerQuery } from '../support/jaeger-query.ts'
import type { TracedSpan } from '../support/otlp-spans.ts'
import { forestOf, type SpanNode } from '../support/span-forest.ts'
import { INGRESS } from './environment.ts'
import { fetchOutside } from '../../rig/release/ingress-access.ts'
import { exposePublish } from '../../rig/release/publish-ingress.ts'
import { Release } from '../../rig/release/release.ts'
import { expectStatus } from './scaling.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const STREAMS = 6
/** Deliveries that a fan-out names, where none is slow. */
const NAMED_DELIVERIES = 3

test('on a fresh install of the demo, an event is followed from the ingress through its three pods', async () => {
  await using release = await Release.install('demo', { isDemo: true })
  await expectStatus(release, 'the demo', ({ readyReplicas }) => {
    expect(readyReplicas).toBe(3)
  })
  await exposePublish(release)
  await using open = new AsyncDisposableStack()
  const streams = new Map<string, { connect: string; stream: EventStream }>()
  for (let count = 0; count < STREAMS; count++) {
    const stream = open.use(await openStream(release, 'news'))
    const { data } = await stream.event('runnel.open')
    const { stream: name } = JSON.parse(data) as { stream: string }
    streams.set(name, { connect: String(stream.response.headers['traceresponse']), stream })
  }

  const { traceId, id } = await publishOutside(release, 'news')

  const jaeger = new JaegerQuery(release.insideUrlOf('jaeger', 'query'))
  const pods = (await release.pods()).map((pod) => pod.replace('pod/', ''))
  const spans = await eventually(async () => {
    const found = await jaeger.trace(traceId)
    expect(forestOf(found)).toEqual(wholeTrace(found, pods))
    return found
  })
  const fanOuts = spans.filter(({ name }) => name === 'fan-out')
  expect(sum(fanOuts.map(streamsOf))).toBe(STREAMS)
  const deliveries = spans.filter(({ name }) => name === 'deliver')
  for (const { attributes, links } of deliveries) {
    const reader = streams.get(String(attributes['runnel.stream']))
    expect(links.map(headerOf)).toEqual([reader?.connect])
  }

  // The name of a stream leads to its opening and to its end, and to publishes that it got.
  const delivered = String(deliveries[0]!.attributes['runnel.stream'])
  const tracesOf = async () =>
    rootsOf(await jaeger.search({ service: 'runnel', attributes: { 'runnel.stream': delivered } }))
  await eventually(async () => {
    expect(await tracesOf()).toEqual(['GET /stream', 'POST /publish/:channel'])
  })
  await streams.get(delivered)!.stream[Symbol.asyncDispose]()
  await eventually(async () => {
    expect(await tracesOf()).toEqual(['GET /stream', 'POST /publish/:channel', 'close stream'])
  })

  const fleet = { 'k8s.namespace.name': release.namespace, 'runnel.fleet': release.fullName }
  await eventually(async () => {
    const reconciles = await jaeger.search({ service: 'runnel-controller', attributes: fleet })
    expect(new Set(rootsOf(reconciles))).toEqual(new Set(['reconcile']))
  })

  const drawing = await drawTrace(id, release.insideUrlOf('jaeger', 'query'))
  console.log(drawing)
  expect(drawing).toContain(`trace ${traceId}, ${spans.length} spans`)
  for (const pod of pods) expect(drawing).toMatch(new RegExp(`[├└] fan-out +${pod} `))
})

async function openStream({ host }: Release, channel: string): Promise<EventStream> {
  return EventStream.open(`${INGRESS.origin}/stream/${channel}`, { Host: host })
}

/** Resolves to the ids of the event and of its trace. */
async function publishOutside({ url }: Release, channel: string) {
  const response = await fetchOutside(`${url}/publish/${channel}`, {
    method: 'POST',
    headers: { 'Content-Type': 'text/plain' },
    body: 'follow me',
  })
  expect(response.status).toBe(200)
  const { ids } = (await response.json()) as { ids: readonly [string] }
  const header = response.headers.get('Traceresponse') ?? ''
  const [, traceId = ''] = /^00-([0-9a-f]{32})-[0-9a-f]{16}-01$/.exec(header) ?? []
  return { traceId, id: ids[0] }
}

/** The shape of a trace that says what each pod did, whichever pods took the publish and the streams. */
function wholeTrace(spans: readonly TracedSpan[], pods: readonly string[]): readonly SpanNode[] {
  const publisher = String(spans[0]?.resource['k8s.pod.name'])
  const fanOuts = pods.toSorted().map((pod) => {
    const fanOut = spans.find(
      ({ name, resource }) => name === 'fan-out' && resource['k8s.pod.name'] === pod,
    )
    const named = fanOut === undefined ? 0 : Math.min(NAMED_DELIVERIES, streamsOf(fanOut))
    const delivery = { span: `deliver internal ${pod}`, below: [] }
    return { span: `fan-out consumer ${pod}`, below: Array.from({ length: named }, () => delivery) }
  })
  const append = { span: `EVALSHA client ${publisher}`, below: [] }
  const publish = { span: `publish producer ${publisher}`, below: [append, ...fanOuts] }
  return [{ span: `POST /publish/:channel server ${publisher}`, below: [publish] }]
}

function streamsOf({ attributes }: TracedSpan): number {
  return Number(attributes['runnel.fan_out.streams'])
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

/** As `Traceresponse` names a span. */
function headerOf({ traceId, spanId }: { traceId: string; spanId: string }): string {
  return `00-${traceId}-${spanId}-01`
}

/** The names of the first spans of traces. */
function rootsOf(traces: readonly (readonly TracedSpan[])[]): readonly string[] {
  return traces
    .flatMap((trace) => trace.filter(({ parentSpanId }) => parentSpanId === undefined))
    .map(({ name }) => name)
    .toSorted()
}

/** What `runnel trace` prints for an event. */
async function drawTrace(id: string, jaeger: string): Promise<string> {
  const args = [MAIN, 'trace', id, '--jaeger', jaeger]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return stdout
}
