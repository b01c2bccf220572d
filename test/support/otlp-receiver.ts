import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { eventually } from './eventually.ts'

const value = z.looseObject({})
const attribute = z.object({ key: z.string(), value })
const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  attributes: z.array(attribute),
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
  status: z.object({ code: z.number().optional() }).default({}),
})
const exportRequest = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attribute) }),
      scopeSpans: z.array(z.object({ scope: value, spans: z.array(span) })),
    }),
  ),
})

type Attributes = Readonly<Record<string, unknown>>

export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentId: string | undefined
  readonly name: string
  /** As OTLP counts them: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number
  /** Ids of the spans that it links to. */
  readonly links: readonly string[]
  readonly attributes: Attributes
  readonly isFailure: boolean
  readonly resource: Attributes
}

/** What a collector does with an export: it accepts it, or reads it and never answers. */
export type Behaviour = 'accepts' | 'hangs'

/** A collector that understands OTLP over HTTP in JSON. */
export class OtlpReceiver implements AsyncDisposable {
  readonly url: string
  readonly spans: ReceivedSpan[] = []
  /** The bodies of all exports, as they came. */
  readonly bodies: string[] = []
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    const { port } = server.address() as AddressInfo
    this.url = `http://127.0.0.1:${port}`
  }

  static async start(behaviour: Behaviour = 'accepts'): Promise<OtlpReceiver> {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const receiver = new OtlpReceiver(server)
    server.on('request', (request, response) => {
      void receiver.#receive(request, () => {
        if (behaviour === 'accepts') response.end('{}')
      })
    })
    return receiver
  }

  /** The variables of a process that exports everything it traces here, at once. */
  get env(): Readonly<Record<string, string>> {
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: this.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_TRACES_SAMPLER: 'always_on',
    }
  }

  named(name: string): readonly ReceivedSpan[] {
    return this.spans.filter((each) => each.name === name)
  }

  /** Waits for so many spans of a name, and returns them. */
  async take(name: string, count = 1): Promise<readonly ReceivedSpan[]> {
    return eventually(() => {
      const found = this.named(name)
      if (found.length >= count) return found
      const got = this.spans.map((each) => each.name).join(', ')
      throw new Error(`expected ${count} spans ${name}, got ${got}`)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }

  async #receive(request: IncomingMessage, answer: () => void): Promise<void> {
    const body = await text(request)
    this.bodies.push(body)
    for (const { resource, scopeSpans } of exportRequest.parse(JSON.parse(body)).resourceSpans) {
      const about = read(resource.attributes)
      for (const { spans } of scopeSpans) {
        for (const each of spans) this.spans.push(describe(each, about))
      }
    }
    answer()
  }
}

function describe(sent: z.infer<typeof span>, resource: Attributes): ReceivedSpan {
  const { traceId, spanId, parentSpanId, name, kind, links, status } = sent
  return {
    traceId,
    spanId,
    parentId: parentSpanId,
    name,
    kind,
    links: links.map((link) => link.spanId),
    attributes: read(sent.attributes),
    isFailure: status.code === 2,
    resource,
  }
}

/** Each value is an object with one key, which names its type. */
function read(attributes: readonly z.infer<typeof attribute>[]): Attributes {
  return Object.fromEntries(
    attributes.map(({ key, value: typed }) => [key, Object.values(typed)[0]]),
  )
}
