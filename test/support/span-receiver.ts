import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { z } from 'zod'

const value = z.object({
  stringValue: z.string().optional(),
  intValue: z.union([z.number(), z.string()]).optional(),
  doubleValue: z.number().optional(),
})

const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: z.array(z.object({ key: z.string(), value })),
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).optional(),
  status: z.object({ code: z.number().optional(), message: z.string().optional() }).optional(),
})

const attributes = z.array(z.object({ key: z.string(), value }))

const request = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(span) })),
    }),
  ),
})

export interface ReceivedSpan extends Omit<z.infer<typeof span>, 'attributes'> {
  readonly service: unknown
  readonly attributes: Readonly<Record<string, unknown>>
}

/** Takes spans over OTLP in JSON, in place of a collector. */
export class SpanReceiver implements AsyncDisposable {
  readonly spans: ReceivedSpan[] = []
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    server.on('request', (incoming, response) => {
      void this.#answer(incoming, response)
    })
  }

  static async start(): Promise<SpanReceiver> {
    const receiver = new SpanReceiver(createServer())
    await once(receiver.#server.listen(0, '127.0.0.1'), 'listening')
    return receiver
  }

  /** Variables by which a process sends its spans here, soon after they end. */
  get env(): Readonly<Record<string, string>> {
    const { port } = this.#server.address() as AddressInfo
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#take(await json(incoming))
    response.setHeader('Content-Type', 'application/json').end('{}')
  }

  #take(body: unknown): void {
    for (const { resource, scopeSpans } of request.parse(body).resourceSpans) {
      const service = valuesOf(resource.attributes)['service.name']
      for (const each of scopeSpans.flatMap(({ spans }) => spans)) {
        this.spans.push({ ...each, service, attributes: valuesOf(each.attributes) })
      }
    }
  }
}

function valuesOf(pairs: z.infer<typeof attributes>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    pairs.map(({ key, value: { stringValue, intValue, doubleValue } }) => [
      key,
      stringValue ?? (intValue === undefined ? doubleValue : Number(intValue)),
    ]),
  )
}
