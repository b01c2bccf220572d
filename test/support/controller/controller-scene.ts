import { trace, type Tracer } from '@opentelemetry/api'
import { pino } from 'pino'
import type { Cluster } from '../../../src/controller/cluster/cluster.ts'
import { Controller } from '../../../src/controller/controller.ts'
import { createPodAgent } from '../../../src/controller/fleet/pod-requests.ts'
import { ControllerTelemetry } from '../../../src/controller/telemetry/controller-telemetry.ts'
import { CONTROL_TABLE, type ControlConfig } from '../../../src/config/control/control-table.ts'
import { resolve } from '../../../src/config/resolve.ts'
import { ReconcileTracing } from '../../../src/controller/telemetry/reconcile-tracing.ts'
import { RepeatedLines } from '../../../src/telemetry/repeated-lines.ts'
import { createMetrics } from '../../../src/telemetry/metrics.ts'
import { FleetObjects, NAMESPACE } from './fleet-objects.ts'
import { PodServer } from './pod-server.ts'

export interface StartedController extends AsyncDisposable {
  readonly url: string
  /** Log lines so far. */
  readonly lines: readonly Readonly<Record<string, unknown>>[]
}

/** A cluster in memory with fleets, whose pods answer on loopback, and the controllers that look after them. */
export class ControllerScene extends FleetObjects implements AsyncDisposable {
  /** Of all controllers. By default it keeps nothing. */
  tracer: Tracer = trace.getTracer('runnel')
  readonly #stack = new AsyncDisposableStack()
  #controllers = 0

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }

  /** A pod that answers; it belongs to the Deployment whose selector is its `app`. */
  async startPod(name: string, subscribers: number, app = 'web'): Promise<PodServer> {
    const server = this.#stack.use(await PodServer.start(subscribers))
    this.putPod({ name, port: server.port }, app)
    return server
  }

  /** Two pods of `web` with these streams, and the StreamCapacity `streams`. */
  async startFleet(
    spec: Readonly<Record<string, unknown>> = {},
    subscribers: readonly number[] = [100, 100],
  ): Promise<readonly PodServer[]> {
    this.putDeployment(subscribers.length)
    this.putCapacity('streams', spec)
    const pods = subscribers.map(async (count, index) => this.startPod(`web-${index}`, count))
    return Promise.all(pods)
  }

  async startController(
    parts: Partial<ControlConfig> = {},
    cluster: Cluster = this.cluster,
  ): Promise<StartedController> {
    const resolution = resolve(CONTROL_TABLE, { env: {} })
    if (resolution.kind === 'refused') throw new Error('expected defaults for all settings')
    const lines: Record<string, unknown>[] = []
    const logger = pino(
      { base: null },
      { write: (line: string) => void lines.push(JSON.parse(line)) },
    )
    const repeated = new RepeatedLines(logger)
    const metrics = createMetrics()
    const podAgent = createPodAgent()
    const controller = new Controller({
      config: {
        ...resolution.config,
        adminListen: { host: '127.0.0.1', port: 0 },
        snapshotInterval: 50,
        ...parts,
      },
      namespace: NAMESPACE,
      identity: `controller-${this.#controllers++}`,
      cluster,
      podAgent,
      metrics,
      telemetry: new ControllerTelemetry({
        meter: metrics.meter,
        logger,
        repeated,
        tracing: new ReconcileTracing(this.tracer),
      }),
      logger,
      repeated,
    })
    const url = await controller.start()
    let isClosed = false
    return this.#stack.use({
      url,
      lines,
      [Symbol.asyncDispose]: async () => {
        if (isClosed) return
        isClosed = true
        await controller.close()
        repeated.close()
        await podAgent.destroy()
      },
    })
  }
}
