/** The way of events through three real processes, as the real Jaeger has it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeWithTools } from '../support/describe-with-tools.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { acceptedIds, post } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import type { TracedSpan } from '../support/otlp-spans.ts'
import { forestOf } from '../support/span-forest.ts'
import { TracedFleet } from '../support/traced-fleet.ts'

const SERVICE = 'runnel'
/** More than the kernel and the buffer of a stream hold for a client that reads nothing. */
const MOST_EVENTS = 400

let fleet: TracedFleet

/** Publishes and asks for a trace. Resolves to its id, and that of the event. */
async function publishTraced(channel: string, data = 'text') {
  const response = await post(`${fleet.pods[0]!.url}/publish/${channel}`, 'text/plain', data, {
    'Runnel-Trace': '1',
  })
  const [, traceId = ''] = response.headers.get('Traceresponse')?.split('-') ?? []
  const [id] = await acceptedIds(response)
  return { traceId, id }
}

/** The trace once it has `count` spans. */
async function traceOf(traceId: string, count: number): Promise<readonly TracedSpan[]> {
  let spans: readonly TracedSpan[] = []
  await eventually(async () => {
    spans = await fleet.jaeger.query.trace(traceId)
    expect(spans).toHaveLength(count)
  })
  return spans
}

async function streamOf(stream: EventStream): Promise<{ stream: string; connect: string }> {
  const { data } = await stream.event('runnel.open')
  const connect = String(stream.response.headers['traceresponse'])
  return { stream: (JSON.parse(data) as { stream: string }).stream, connect }
}

/** As `Traceresponse` writes it. */
function linkText({ traceId, spanId }: { traceId: string; spanId: string }): string {
  return `00-${traceId}-${spanId}-01`
}

function deliver(pod: string) {
  return { span: `deliver orders internal ${pod}`, below: [] }
}

async function eventuallyIn(traceId: string, outcome: string): Promise<TracedSpan> {
  let found: TracedSpan | undefined
  await eventually(async () => {
    const spans = await fleet.jaeger.query.trace(traceId)
    found = spans.find(({ attributes }) => attributes['runnel.delivery.outcome'] === outcome)
    expect(found).toBeDefined()
  })
  return found!
}

describeWithTools('traces of three processes', ['jaeger'], () => {
  beforeAll(async () => {
    fleet = await TracedFleet.start(['pod-a', 'pod-b', 'pod-c'], {
      env: { RUNNEL_TELEMETRY_CHANNELS: 'orders' },
    })
  }, 120_000)

  afterAll(async () => {
    await fleet?.[Symbol.asyncDispose]()
  })

  test('one publish is one tree, with a fan-out in each process and a delivery for each stream', async () => {
    const [a, b] = fleet.pods
    await using one = await EventStream.open(`${a!.url}/stream/orders`)
    await using two = await EventStream.open(`${a!.url}/stream/orders`)
    await using three = await EventStream.open(`${b!.url}/stream/orders`)
    const streams = [await streamOf(one), await streamOf(two), await streamOf(three)]

    const { traceId, id } = await publishTraced('orders')
    for (const stream of [one, two, three]) await stream.take(1)

    const spans = await traceOf(traceId, 9)
    expect(forestOf(spans)).toEqual([
      {
        span: 'POST /publish/:channel server pod-a',
        below: [
          {
            span: 'publish orders producer pod-a',
            below: [
              { span: 'EVALSHA client pod-a', below: [] },
              {
                span: 'fan-out orders consumer pod-a',
                below: [deliver('pod-a'), deliver('pod-a')],
              },
              { span: 'fan-out orders consumer pod-b', below: [deliver('pod-b')] },
              { span: 'fan-out orders consumer pod-c', below: [] },
            ],
          },
        ],
      },
    ])

    const publish = spans.find(({ name }) => name === 'publish orders')!
    expect(publish.attributes['messaging.message.id']).toBe(id)
    const fanOuts = spans.filter(({ name }) => name === 'fan-out orders')
    for (const fanOut of fanOuts) {
      expect(fanOut.links).toEqual([{ traceId, spanId: publish.spanId }])
      expect(fanOut.attributes['messaging.message.id']).toBe(id)
      expect(fanOut.attributes['runnel.fan_out.lag']).toBeGreaterThanOrEqual(0)
      expect(fanOut.attributes['runnel.fan_out.dropped']).toBe(0)
    }
    expect(countsByPod(fanOuts)).toEqual({ 'pod-a': [2, 2], 'pod-b': [1, 1], 'pod-c': [0, 0] })
    const deliveries = spans.filter(({ name }) => name === 'deliver orders')
    const links = deliveries.map(({ attributes, links: [link] }) => ({
      stream: attributes['runnel.stream'],
      connect: linkText(link!),
    }))
    expect(links.toSorted(byStream)).toEqual(streams.toSorted(byStream))
    for (const { attributes, status } of deliveries) {
      expect(attributes['runnel.delivery.outcome']).toBe('written')
      expect(status).toBe('unset')
    }
  })

  test('a channel that nobody reads anywhere still shows each process once', async () => {
    const { traceId } = await publishTraced('unread')
    const spans = await traceOf(traceId, 6)
    const fanOuts = spans.filter(({ name }) => name === 'fan-out')
    expect(countsByPod(fanOuts)).toEqual({ 'pod-a': [0, 0], 'pod-b': [0, 0], 'pod-c': [0, 0] })
  })

  test('what a slow client drops is an error, and leads to the opening of its stream', async () => {
    const [, b] = fleet.pods
    await using slow = await RawConnection.open(b!.url)
    slow.send('GET /stream/slow HTTP/1.1\r\nHost: localhost\r\n\r\n')
    const head = await slow.until('event: runnel.open')
    const [, connect = ''] = /traceresponse: (\S+)/i.exec(head) ?? []
    const [, stream = ''] = /"stream":"(\w+)"/.exec(head) ?? []
    await using quick = await EventStream.open(`${b!.url}/stream/slow`)
    await quick.event('runnel.open')
    slow.pause()

    const filler = 'x'.repeat(48 * 1024)
    let dropped: TracedSpan | undefined
    const traceIds: string[] = []
    const findDrop = async () => {
      for (const traceId of traceIds) {
        const spans = await fleet.jaeger.query.trace(traceId)
        dropped = spans.find(
          ({ attributes }) => attributes['runnel.delivery.outcome'] === 'dropped',
        )
        if (dropped !== undefined) return
      }
      throw new Error('expected a dropped delivery in one of the traces')
    }
    for (let count = 1; count <= MOST_EVENTS && !(await hasDropped(b!.adminUrl)); count++) {
      traceIds.push((await publishTraced('slow', filler)).traceId)
      await quick.take(count)
    }
    // The one that was dropped is among the last, so they are looked at first.
    traceIds.reverse()
    await eventually(findDrop)

    expect(dropped).toMatchObject({ name: 'deliver', status: 'error' })
    expect(dropped!.attributes['runnel.stream']).toBe(stream)
    expect(dropped!.attributes['runnel.delivery.pending_bytes']).toBeGreaterThan(0)
    expect(dropped!.links.map(linkText)).toEqual([connect])

    // It loses nothing: the stream reads on from the log, which shows in the same trace.
    slow.resume()
    const late = await eventuallyIn(dropped!.traceId, 'late')
    expect(late.attributes['runnel.stream']).toBe(stream)
    expect(late.end).toBeGreaterThanOrEqual(dropped!.end)
  })

  describe('a stream', () => {
    test('is found by its name: a short trace of its opening, and one of its end', async () => {
      const { url } = fleet.pods[2]!
      const stream = await EventStream.open(`${url}/stream/found`)
      const { stream: name, connect } = await streamOf(stream)
      const found = async () =>
        fleet.jaeger.query.search({ service: SERVICE, attributes: { 'runnel.stream': name } })

      // It is open, and its opening is in Jaeger already.
      let opening: readonly TracedSpan[] = []
      await eventually(async () => {
        const traces = await found()
        expect(traces).toHaveLength(1)
        opening = traces[0]!
        expect(opening).toHaveLength(4)
      })
      const below = ['authorize', 'replay', 'subscribe']
      expect(forestOf(opening)).toEqual([
        {
          span: 'GET /stream server pod-c',
          below: below.map((each) => ({ span: `${each} internal pod-c`, below: [] })),
        },
      ])
      const root = opening.find(({ parentSpanId }) => parentSpanId === undefined)!
      expect(linkText(root)).toBe(connect)
      expect(root.attributes['runnel.connect.outcome']).toBe('live')

      await stream[Symbol.asyncDispose]()
      await eventually(async () => expect(await found()).toHaveLength(2))
      const [close] = (await found()).filter(([span]) => span!.traceId !== root.traceId)
      expect(forestOf(close!)).toEqual([{ span: 'close stream internal pod-c', below: [] }])
      expect(close![0]!.links.map(linkText)).toEqual([connect])
      expect(close![0]!.attributes).toMatchObject({
        'runnel.close.reason': expect.stringMatching(/^(?:client|reset)$/) as string,
        'runnel.close.by': 'client',
      })
      // The time of the stream is an attribute: no span is as long.
      expect(close![0]!.end - close![0]!.start).toBeLessThan(
        Number(close![0]!.attributes['runnel.stream.duration']) * 1_000,
      )
    })

    test('that resumes leads to the publishes of the events that it reads from the log', async () => {
      const { url } = fleet.pods[1]!
      const first = await publishTraced('history')
      const second = await publishTraced('history')
      await using stream = await EventStream.open(`${url}/stream/history?from=earliest`)
      await stream.take(2)

      const [, traceId = ''] = (await streamOf(stream)).connect.split('-')
      const spans = await traceOf(traceId, 4)
      const replay = spans.find(({ name }) => name === 'replay')!
      expect(replay.links.map((link) => link.traceId)).toEqual([first.traceId, second.traceId])
    })
  })
})

async function hasDropped(adminUrl: string): Promise<boolean> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text()
  const [, count = '0'] = /^runnel_events_dropped_total (\d+)/m.exec(text) ?? []
  return Number(count) > 0
}

/** Streams in all, and those that the event was written to, by the pod of the fan-out. */
function countsByPod(fanOuts: readonly TracedSpan[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    fanOuts.map(({ resource, attributes }) => [
      resource['k8s.pod.name'],
      [attributes['runnel.fan_out.streams'], attributes['runnel.fan_out.written']],
    ]),
  )
}

function byStream(one: { stream: unknown }, other: { stream: unknown }): number {
  return String(one.stream) < String(other.stream) ? -1 : 1
}
