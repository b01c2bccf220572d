import { Admission } from '../capacity/admission.ts'
import { CapacityMonitor } from '../capacity/capacity-monitor.ts'
import { Drain } from '../capacity/drain.ts'
import { retryAfter, type AwayReason } from '../capacity/retry-after.ts'
import type { Loaded } from '../config/load.ts'
import type { SERVE_TABLE, ServeConfig } from '../config/serve/serve-table.ts'
import { DeadPeerReaper } from '../http/connection/dead-peer-reaper.ts'
import type { Service } from '../http/service.ts'
import { NO_REQUEST_TRACING } from '../http/request-tracing.ts'
import { Hub } from '../hub/hub.ts'
import { NO_STREAM_TRACING } from '../hub/stream-tracing.ts'
import type { Snapshot } from '../schema/snapshot.ts'
import type { Environment } from '../telemetry/environment.ts'
import type { Logger } from '../telemetry/logger.ts'
import { RepeatedLines } from '../telemetry/repeated-lines.ts'
import type { Tracing } from '../telemetry/tracing/start-tracing.ts'
import { Listeners, type ListenerUrls } from './listeners.ts'
import { LiveSettings } from './live-settings.ts'
import { ServiceMetrics } from './metrics/service-metrics.ts'
import { observeAll, type ServiceObserver } from './observe-all.ts'
import { openLogAndFleet } from './open-log-and-fleet.ts'
import { ServiceLogger } from './service-logger.ts'
import { SnapshotReader } from './snapshot-reader.ts'
import type { ServiceTracing } from './tracing/create-service-tracing.ts'

export interface ServiceOptions {
  /** Opens the log and the fleet; tests replace it. */
  readonly open?: typeof openLogAndFleet | undefined
  /** The variables of OpenTelemetry; by default none is set. */
  readonly env?: Environment | undefined
  /** Closed with the service, and still usable for what comes after it. */
  readonly repeated?: RepeatedLines | undefined
  /** How many log lines were lost; by default none. */
  readonly lostLines?: (() => number) | undefined
  /** Called in this order, in place of the writer of log lines and of metrics. Closed with the service. */
  readonly observers?: readonly ServiceObserver[] | undefined
  /** Without it, the service traces nothing. Its owner shuts it down after the service. */
  readonly tracing?: Pick<Tracing, 'tracer' | 'sampling'> | undefined
}

export interface RunningService extends ListenerUrls {
  readonly snapshot: () => Snapshot
  /** Closes the streams over the drain window. */
  readonly drain: Drain
  /** Closes the remaining streams, then listeners and log. Requests still pending after a short grace are
   * cut. */
  stop(): Promise<void>
}

/** Connects the parts of the service and starts it. Rejects if it cannot listen. */
export async function startService(
  loaded: Loaded<typeof SERVE_TABLE>,
  logger: Logger,
  {
    open = openLogAndFleet,
    env = {},
    repeated = new RepeatedLines(logger),
    lostLines = () => 0,
    observers,
    tracing,
  }: ServiceOptions = {},
): Promise<RunningService> {
  const { config } = loaded
  const spans = tracing === undefined ? undefined : await loadTracing(tracing, config)
  const liveSettings = new LiveSettings(config, logger)
  await liveSettings.start()
  const settings = liveSettings.current

  const { onTracedCommand } = spans ?? {}
  const shared = await open(loaded, settings, logger, { onTracedCommand }).catch(
    (error: unknown) => {
      liveSettings.close()
      throw error
    },
  )
  const { log, fleet } = shared

  const metrics = await ServiceMetrics.start(config.telemetryChannels, { env, logger, repeated })
  const usual = [new ServiceLogger(logger, repeated), ...metrics.observers]
  const observer = observeAll([...(observers ?? usual), ...(spans?.observers ?? [])], (error) => {
    repeated.write({ level: 'error', message: 'an observer failed', fields: { err: error } })
  })
  const admission = new Admission(settings, fleet)
  const retryFor = (reason: AwayReason) => retryAfter(reason, fleet.view, settings().retry)
  const hub = new Hub({
    log,
    settings,
    memory: config,
    observer,
    tracing: spans?.streams ?? NO_STREAM_TRACING,
    retryAfterClose: retryFor,
  })
  const drain = new Drain({ streams: () => hub.subscribers, window: () => settings().drainWindow })
  const monitor = new CapacityMonitor(() => ({
    subscribers: admission.streams,
    limit: settings().maxStreams,
    fleet: fleet.view,
    isLogReachable: log.status().reachable,
    isDraining: drain.isDraining,
    retry: settings().retry,
  }))
  const service: Service = {
    hub,
    log,
    admission,
    drain,
    settings: config,
    observer,
    tracing: spans?.requests ?? NO_REQUEST_TRACING,
    totals: { publishedEvents: 0 },
    status: () => monitor.status,
    retryAfter: retryFor,
  }
  const reader = new SnapshotReader({
    service,
    limits: settings,
    capacityFile: () => liveSettings.capacityFile,
  })
  const snapshot = () => reader.read()
  metrics.observe({
    ...service,
    limits: settings,
    connections: shared.connections,
    suppressedLines: () => repeated.suppressed,
    lostLines,
  })
  const listeners = new Listeners(config, service, settings, snapshot, metrics.render)
  const reaper = new DeadPeerReaper(hub, listeners.publicServer)

  const parts = [hub, monitor, reader, reaper]
  const stop = async () => {
    drain.hurry()
    await drain.begin()
    await listeners.close()
    for (const part of [...parts, liveSettings, observer, repeated]) part.close()
    await metrics.close()
    await shared.close()
  }
  try {
    for (const part of parts) part.start()
    fleet.join(() => ({
      subscribers: admission.streams,
      limit: drain.isDraining ? admission.streams : settings().maxStreams,
    }))
    const urls = await listeners.start()
    logger.info({ url: urls.url, admin: urls.adminUrl }, 'listening')
    return { ...urls, snapshot, drain, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Loaded only where it is used: most services trace nothing. */
async function loadTracing(
  tracing: Pick<Tracing, 'tracer' | 'sampling'>,
  config: ServeConfig,
): Promise<ServiceTracing> {
  const { createServiceTracing } = await import('./tracing/create-service-tracing.ts')
  return createServiceTracing(tracing, config)
}
