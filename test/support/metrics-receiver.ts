import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { closeServer, listen } from '../../src/lib/listener.ts'

/** A push as it came. */
export interface Push {
  readonly path: string
  readonly type: string
  readonly body: Buffer
}

/** Receives metrics over OTLP, as a collector does. */
export class MetricsReceiver implements AsyncDisposable {
  readonly url: string
  readonly pushes: readonly Push[]
  /** The status of its answers; undefined for none at all. */
  status: number | undefined = 200
  readonly #close: () => Promise<void>

  private constructor(url: string, pushes: readonly Push[], close: () => Promise<void>) {
    this.url = url
    this.pushes = pushes
    this.#close = close
  }

  static async start(): Promise<MetricsReceiver> {
    const pushes: Push[] = []
    const receive = async (request: IncomingMessage, response: ServerResponse) => {
      const { url: path = '', headers } = request
      pushes.push({ path, type: headers['content-type'] ?? '', body: await buffer(request) })
      if (receiver.status !== undefined) response.writeHead(receiver.status).end('{}')
    }
    const server = createServer((request, response) => void receive(request, response))
    const { port } = await listen(server, { host: '127.0.0.1', port: 0 })
    const receiver = new MetricsReceiver(`http://127.0.0.1:${port}`, pushes, async () =>
      closeServer(server, 0),
    )
    return receiver
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
  }
}

interface PushedMetric {
  readonly name: string
  readonly unit?: string
  readonly sum?: { readonly isMonotonic: boolean }
  readonly gauge?: object
}

interface PushedDocument {
  readonly resourceMetrics: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeMetrics: readonly { readonly metrics: readonly PushedMetric[] }[]
  }[]
}

interface Attribute {
  readonly key: string
  readonly value: { readonly stringValue?: string }
}

/** What a push in JSON says, its metrics under the names that Prometheus gives them. */
export function decodePush({ body }: Push): {
  readonly names: readonly string[]
  readonly resource: Readonly<Record<string, string | undefined>>
} {
  const { resourceMetrics } = JSON.parse(body.toString()) as PushedDocument
  return {
    names: resourceMetrics
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap(({ metrics }) => metrics)
      .map(prometheusName),
    resource: Object.fromEntries(
      resourceMetrics
        .flatMap(({ resource }) => resource.attributes)
        .map(({ key, value }) => [key, value.stringValue]),
    ),
  }
}

/** As the specification of OpenTelemetry and Prometheus has it: a unit behind the name, unless it ends in it already. */
function prometheusName({ name, unit, sum, gauge }: PushedMetric): string {
  const units: Readonly<Record<string, string>> = {
    s: '_seconds',
    By: '_bytes',
    ...(gauge !== undefined && { '1': '_ratio' }),
  }
  const base = name.replaceAll('.', '_')
  const suffix = units[unit ?? ''] ?? ''
  const named = base.endsWith(suffix) ? base : `${base}${suffix}`
  return sum?.isMonotonic === true ? `${named}_total` : named
}
