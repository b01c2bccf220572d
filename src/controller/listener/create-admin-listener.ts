import type { ControllerContext } from '../controller-context.ts'
import type { LeaderWork } from '../leader/leader-work.ts'
import type { Replica } from '../replica.ts'
import { observeController } from '../telemetry/controller-gauges.ts'
import { AdminListener } from './admin-listener.ts'
import { ControllerHealth } from './controller-health.ts'

/** What a replica tells of itself: health, metrics, and the streams of fleets. */
export function createAdminListener(
  { config, metrics, repeated }: ControllerContext,
  { registry, metricsApi }: Replica,
  leader: LeaderWork,
): AdminListener {
  const health = new ControllerHealth({ registry, metricsApi })
  observeController(metrics.meter, { registry, leader, silences: () => health.silences })
  return new AdminListener(config.adminListen, {
    livenessProblems: () => health.livenessProblems,
    readinessProblems: () => health.readinessProblems,
    renderMetrics: async () => metrics.render(),
    countSubscribers: (namespace, name) => registry.count({ namespace, name }),
    onError: (error) => {
      repeated.write({ level: 'error', message: 'request failed', fields: { err: error } })
    },
  })
}
