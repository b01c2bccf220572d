import { hostname } from 'node:os'
import type { KubeConfig } from '@kubernetes/client-node'
import { trace, type Tracer } from '@opentelemetry/api'
import type { ControlConfig } from '../config/control/control-table.ts'
import { formatAddress } from '../config/kinds/address.ts'
import { randomId } from '../lib/random-id.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { Environment } from '../telemetry/environment.ts'
import type { RepeatedLines } from '../telemetry/repeated-lines.ts'
import { startMetrics } from '../telemetry/start-metrics.ts'
import { Controller } from './controller.ts'
import { createPodAgent } from './fleet/pod-requests.ts'
import { KubeCluster } from './kube/kube-cluster.ts'
import { ControllerTelemetry } from './telemetry/controller-telemetry.ts'
import { ReconcileTracing } from './telemetry/reconcile-tracing.ts'
import { observeEventLoopDelay } from './telemetry/event-loop-delay.ts'

export interface RunningController {
  readonly adminUrl: string
  /** Finishes what is under way, and hands the lease over. */
  stop(): Promise<void>
}

export interface StartOptions {
  readonly logger: Logger
  /** Closed with the controller, and still usable for what comes after it. */
  readonly repeated: RepeatedLines
  /** The variables of OpenTelemetry. */
  readonly env: Environment
  /** Left out where nothing is traced. */
  readonly tracer?: Tracer | undefined
}

/** In ms. Requests that an API server leaves without an answer are cut then, so that the process ends in good time. */
const LONGEST_FINISH = 5_000

/** Starts the controller in a cluster. Rejects if it cannot listen. */
export async function startController(
  config: ControlConfig,
  kubeConfig: KubeConfig,
  { logger, repeated, env, tracer = trace.getTracer('runnel') }: StartOptions,
): Promise<RunningController> {
  const metrics = await startMetrics({ service: 'runnel-controller', env, logger, repeated })
  const stopMeasuring = observeEventLoopDelay(metrics.meter)
  const tracing = new ReconcileTracing(tracer)
  const telemetry = new ControllerTelemetry({ meter: metrics.meter, logger, repeated, tracing })
  const cluster = new KubeCluster({ config: kubeConfig, observer: telemetry })
  const podAgent = createPodAgent()
  const namespace = config.namespace ?? namespaceOf(kubeConfig)
  const identity = `${hostname()}_${randomId(8)}`
  const controller = new Controller({
    config,
    namespace,
    identity,
    cluster,
    podAgent,
    metrics,
    telemetry,
    logger,
    repeated,
  })
  const stop = async () => {
    const cut = setTimeout(() => void cluster.close(), LONGEST_FINISH)
    await controller.close()
    clearTimeout(cut)
    stopMeasuring()
    repeated.close()
    await Promise.all([metrics.close(), cluster.close(), podAgent.destroy()])
  }
  try {
    const adminUrl = await controller.start()
    const { metricsApiListen } = config
    const metricsApi = metricsApiListen && { metricsApi: formatAddress(metricsApiListen) }
    logger.info({ admin: adminUrl, namespace, ...metricsApi }, 'listening')
    return { adminUrl, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function namespaceOf(config: KubeConfig): string {
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace?.trim() ?? ''
  return namespace === '' ? 'default' : namespace
}
