import { fileURLToPath } from 'node:url'
import { freePort } from '../../rig/servers/free-port.ts'
import { JaegerQuery } from './jaeger-query.ts'
import { toolPath } from './rig-tools.ts'
import { ServerProcess } from '../../rig/servers/server-process.ts'

const CONFIG = fileURLToPath(new URL('jaeger.yaml', import.meta.url))

export interface JaegerOptions {
  /** A released program, in place of the one that the rig builds. */
  readonly program?: string | undefined
  /** A folder with Jaeger's web page, which a program from the Go module does not have. */
  readonly webPage?: string | undefined
}

/** A real Jaeger on loopback ports, with its traces in memory. */
export class Jaeger implements AsyncDisposable {
  /** The value of `OTEL_EXPORTER_OTLP_ENDPOINT` with the protocols http/protobuf and http/json. */
  readonly otlpUrl: string
  /** The same with the protocol grpc. */
  readonly otlpGrpcUrl: string
  /** The address of its API, and of its web page. */
  readonly url: string
  readonly query: JaegerQuery
  readonly #process: ServerProcess

  private constructor(
    process: ServerProcess,
    ports: Readonly<Record<'otlpHttp' | 'otlpGrpc' | 'query', number>>,
  ) {
    this.#process = process
    this.otlpUrl = `http://127.0.0.1:${ports.otlpHttp}`
    this.otlpGrpcUrl = `http://127.0.0.1:${ports.otlpGrpc}`
    this.url = `http://127.0.0.1:${ports.query}`
    this.query = new JaegerQuery(this.url)
  }

  static async start({ program, webPage }: JaegerOptions = {}): Promise<Jaeger> {
    const path = program ?? (await toolPath('jaeger'))
    const ports = {
      otlpHttp: await freePort(),
      otlpGrpc: await freePort(),
      query: await freePort(),
      queryGrpc: await freePort(),
      health: await freePort(),
    }
    const process = await ServerProcess.start({
      path,
      args: ['--config', CONFIG],
      env: {
        JAEGER_OTLP_HTTP: `127.0.0.1:${ports.otlpHttp}`,
        JAEGER_OTLP_GRPC: `127.0.0.1:${ports.otlpGrpc}`,
        JAEGER_QUERY_HTTP: `127.0.0.1:${ports.query}`,
        JAEGER_QUERY_GRPC: `127.0.0.1:${ports.queryGrpc}`,
        JAEGER_HEALTH: `127.0.0.1:${ports.health}`,
        ...(webPage !== undefined && { JAEGER_UI: webPage }),
      },
      readyUrl: `http://127.0.0.1:${ports.health}/status`,
    })
    return new Jaeger(process, ports)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]()
  }
}
