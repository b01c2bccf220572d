import type { AddressInfo } from 'node:net'
import { Admission } from '../capacity/admission.ts'
import { CapacityMonitor } from '../capacity/capacity-monitor.ts'
import { Drain } from '../capacity/drain.ts'
import { retryAfter, type AwayReason } from '../capacity/retry-after.ts'
import { formatAddress } from '../config/kinds/address.ts'
import type { Loaded } from '../config/load.ts'
import type { SERVE_TABLE } from '../config/serve/table.ts'
import { createAdminApp } from '../http/admin/admin-app.ts'
import { createPublicApp } from '../http/public-app.ts'
import { isStreamRequest } from '../http/routes/stream.ts'
import { closeServer, createHttpServer, listen } from '../http/connection/http-server.ts'
import type { Service } from '../http/dependencies.ts'
import { DeadPeerReaper } from '../http/connection/dead-peer-reaper.ts'
import { Hub } from '../hub/hub.ts'
import { isLoopback } from '../lib/loopback.ts'
import type { Snapshot } from '../schema/snapshot.ts'
import type { Logger } from '../telemetry/logger.ts'
import { Rate } from '../telemetry/rate.ts'
import { LiveSettings } from './live-settings.ts'
import { openLogAndFleet } from './open-log-and-fleet.ts'
import { ServiceLogger } from './service-logger.ts'
import { VERSION } from '../lib/version.ts'

/** Requests under way when a listener closes get this long, in ms. */
const CLOSE_GRACE = 2_000

export interface RunningService {
  readonly url: string
  readonly adminUrl: string
  readonly snapshot: () => Snapshot
  /** Sends the streams away over the drain window. */
  readonly drain: Drain
  /** Sends away the streams that are left, then closes listeners and log. What is still under way is cut
   * after a short grace. */
  stop(): Promise<void>
}

/**
 * Wires the parts of the service and starts it. Rejects if it cannot listen. `open` says what is shared
 * with other pods, and how.
 */
export async function startService(
  loaded: Loaded<typeof SERVE_TABLE>,
  logger: Logger,
  open = openLogAndFleet,
): Promise<RunningService> {
  const { config, files } = loaded
  const liveSettings = new LiveSettings(config, logger)
  await liveSettings.start()
  const settings = liveSettings.current

  const shared = await open(loaded, settings, logger).catch((error: unknown) => {
    liveSettings.close()
    throw error
  })
  const { log, fleet } = shared
  const admission = new Admission(settings, fleet)
  const observer = new ServiceLogger(logger, (identity) => {
    admission.releaseStream(identity)
  })
  const retryFor = (reason: AwayReason) => retryAfter(reason, fleet.view, settings().retry)
  const hub = new Hub({ log, settings, memory: config, observer, retryAfterClose: retryFor })
  const drain = new Drain({ streams: () => hub.subscribers, window: () => settings().drainWindow })
  const board = new CapacityMonitor(() => ({
    subscribers: admission.streams,
    limit: settings().maxStreams,
    fleet: fleet.view,
    isLogReachable: log.status().reachable,
    isDraining: drain.isDraining,
    retry: settings().retry,
  }))
  fleet.join(() => ({
    subscribers: admission.streams,
    limit: drain.isDraining ? admission.streams : settings().maxStreams,
  }))
  const service: Service = {
    hub,
    log,
    admission,
    drain,
    settings: config,
    observer,
    status: () => board.status,
    retryAfter: retryFor,
  }

  const published = new Rate(() => observer.publishedEvents)
  const delivered = new Rate(() => hub.delivered)
  const snapshot = (): Snapshot => ({
    version: VERSION,
    uptime: Math.round(process.uptime()),
    status: board.status.status,
    draining: drain.isDraining,
    subscribers: admission.streams,
    limit: settings().maxStreams,
    polls: admission.polls,
    channels: hub.channels,
    rates: { published: published.perSecond, delivered: delivered.perSecond },
    log: log.status(),
    capacityFile: liveSettings.capacityFile,
  })

  const publicServer = createHttpServer(
    createPublicApp(service, { isLoopback: isLoopback(config.listen.host) }),
    {
      ...config,
      isStream: isStreamRequest,
      bound: {
        limits: settings,
        onDropped: (count) => {
          observer.dropped(count)
        },
      },
    },
  )
  const adminServer = createHttpServer(
    createAdminApp(service, {
      isLoopback: isLoopback(config.adminListen.host),
      token: files.get('ADMIN_TOKEN_FILE')?.trim(),
      snapshot,
    }),
    config,
  )
  const reaper = new DeadPeerReaper(hub, publicServer)
  for (const part of [reaper, published, delivered]) part.start()
  const stop = async () => {
    drain.hurry()
    await drain.begin()
    await Promise.all([
      closeServer(publicServer, CLOSE_GRACE),
      closeServer(adminServer, CLOSE_GRACE),
    ])
    for (const part of [reaper, board, published, delivered, liveSettings, hub, observer]) {
      part.close()
    }
    await shared.close()
  }

  try {
    const url = urlOf(await listen(publicServer, config.listen))
    const adminUrl = urlOf(await listen(adminServer, config.adminListen))
    logger.info({ url, admin: adminUrl }, 'listening')
    return { url, adminUrl, snapshot, drain, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function urlOf({ address, port }: AddressInfo): string {
  return `http://${formatAddress({ host: address, port })}`
}
