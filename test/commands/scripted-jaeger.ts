/** A server that answers as Jaeger does. */
import { ScriptedServer } from '../support/scripted-server.ts'
import type { OtlpSpan } from './otlp-spans.ts'

/** In ms. A trace that is this old is whole. */
export const HOUR = 3_600_000
export const NOT_FOUND = JSON.stringify({ error: { httpCode: 404, message: 'No traces found' } })

/** One event, published at one pod, and what two others made of it. */
export const PUBLISH: readonly OtlpSpan[] = [
  {
    name: 'POST /publish/:channel',
    process: 'pod-a',
    spanId: 'a1',
    to: 5,
    attributes: { 'http.response.status_code': 200 },
  },
  {
    name: 'publish orders',
    process: 'pod-a',
    spanId: 'a2',
    parentSpanId: 'a1',
    from: 1,
    to: 4,
    attributes: { 'runnel.publish.outcome': 'accepted', 'messaging.message.id': 'k3Jf92Qa-18' },
  },
  fanOut('pod-b', 'b1', { streams: 3, live: 2, written: 1, dropped: 1, lag: 0.0025 }),
  {
    name: 'deliver orders',
    process: 'pod-b',
    spanId: 'b2',
    parentSpanId: 'b1',
    from: 7,
    to: 7.5,
    attributes: { 'runnel.delivery.outcome': 'written', 'runnel.delivery.wait': 0.0005 },
  },
  {
    name: 'deliver orders',
    process: 'pod-b',
    spanId: 'b3',
    parentSpanId: 'b1',
    from: 8,
    isError: true,
    attributes: { 'runnel.delivery.outcome': 'dropped', 'runnel.stream': 'abcdefghABCDEFGH' },
  },
  fanOut('pod-c', 'c1', { streams: 0, live: 0, written: 0, dropped: 0, lag: 0.001 }),
]

function fanOut(
  process: string,
  spanId: string,
  counts: Readonly<Record<'streams' | 'live' | 'written' | 'dropped' | 'lag', number>>,
): OtlpSpan {
  const attributes = Object.entries(counts).map(([name, count]) => [
    `runnel.fan_out.${name}`,
    count,
  ])
  return {
    name: 'fan-out orders',
    process,
    spanId,
    parentSpanId: 'a2',
    from: process === 'pod-b' ? 6 : 9,
    to: 9,
    attributes: Object.fromEntries(attributes) as Record<string, number>,
  }
}

/** Answers each request with the next of the texts, and all later ones with the last. */
export async function startJaeger(...answers: readonly string[]): Promise<ScriptedServer> {
  return ScriptedServer.start((response, number) => {
    const text = answers[Math.min(number, answers.length - 1)] ?? NOT_FOUND
    response.writeHead(text === NOT_FOUND ? 404 : 200).end(text)
  })
}
