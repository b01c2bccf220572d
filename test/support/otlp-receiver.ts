import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { closeServer, listen } from '../../src/lib/listener.ts'
import { eventually } from './eventually.ts'
import { spansOf, type OtlpTraces, type TracedSpan } from './otlp-spans.ts'

/** An export as it came. */
export interface OtlpExport {
  /** `/v1/traces` or `/v1/metrics`. */
  readonly path: string
  readonly type: string
  readonly body: Buffer
}

const JSON_TYPE = 'application/json'

/** A collector, which takes traces and metrics over OTLP. It reads the spans of what comes in JSON. */
export class OtlpReceiver implements AsyncDisposable {
  readonly url: string
  readonly exports: OtlpExport[] = []
  readonly spans: TracedSpan[] = []
  /** The status of its answers; undefined for none at all. */
  status: number | undefined = 200
  readonly #close: () => Promise<void>

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url
    this.#close = close
  }

  static async start(): Promise<OtlpReceiver> {
    const server = createServer((request, response) => void receiver.#answer(request, response))
    const { port } = await listen(server, { host: '127.0.0.1', port: 0 })
    const receiver = new OtlpReceiver(`http://127.0.0.1:${port}`, async () =>
      closeServer(server, 0),
    )
    return receiver
  }

  /** The variables of a process that exports everything it traces here, soon after it ends. */
  get env(): Readonly<Record<string, string>> {
    return {
      OTEL_EXPORTER_OTLP_ENDPOINT: this.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_TRACES_SAMPLER: 'always_on',
    }
  }

  /** All exports as text. */
  get text(): string {
    return this.exports.map(({ body }) => body.toString()).join('\n')
  }

  named(name: string): readonly TracedSpan[] {
    return this.spans.filter((each) => each.name === name)
  }

  /** Waits for so many spans of a name, and returns them. */
  async take(name: string, count = 1): Promise<readonly TracedSpan[]> {
    return eventually(() => {
      const found = this.named(name)
      if (found.length >= count) return found
      const got = this.spans.map((each) => each.name).join(', ')
      throw new Error(`expected ${count} spans ${name}, got ${got}`)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url: path = '', headers } = request
    const type = headers['content-type'] ?? ''
    const body = await buffer(request)
    this.exports.push({ path, type, body })
    if (path === '/v1/traces' && type === JSON_TYPE) {
      this.spans.push(...spansOf(JSON.parse(body.toString()) as OtlpTraces))
    }
    if (this.status === undefined) return
    response.writeHead(this.status, { 'Content-Type': JSON_TYPE }).end('{}')
  }
}
