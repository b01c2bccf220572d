import type { Dispatcher } from 'undici'
import type { ControlConfig } from '../config/control/control-table.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { RepeatedLines } from '../telemetry/repeated-lines.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Cluster } from './cluster/cluster.ts'
import type { ControllerTelemetry } from './telemetry/controller-telemetry.ts'

/** What all parts of the controller share. */
export interface ControllerContext {
  readonly config: ControlConfig
  /** Of the fleets. */
  readonly namespace: string
  /** Of this replica alone. */
  readonly identity: string
  readonly cluster: Cluster
  /** For requests to pods. */
  readonly podAgent: Dispatcher
  readonly metrics: Metrics
  readonly telemetry: ControllerTelemetry
  readonly logger: Logger
  readonly repeated: RepeatedLines
}
