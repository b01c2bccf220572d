import { readFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import { Admission } from '../capacity/admission.ts'
import { Drain } from '../capacity/drain.ts'
import { Pressure } from '../capacity/pressure.ts'
import { jitteredRetry } from '../capacity/retry.ts'
import { capacityStatus, hasRoomElsewhere } from '../capacity/status.ts'
import { CapacityFileWatch } from '../config/capacity-file-watch.ts'
import type { Config } from '../config/config.ts'
import { liveSettings } from '../config/live-settings.ts'
import { Hub } from '../hub/hub.ts'
import { createAdminApp } from '../http/admin/admin-app.ts'
import type { Snapshot } from '../http/admin/snapshot.ts'
import { createPublicApp } from '../http/public-app.ts'
import { isStreamRequest } from '../http/routes/stream.ts'
import { closeServer, createHttpServer, listen } from '../http/server.ts'
import type { Service } from '../http/service.ts'
import { findSilentPeers } from '../http/silent-peers.ts'
import { isLoopback } from '../lib/loopback.ts'
import { MemoryLog } from '../log/memory/memory-log.ts'
import type { Logger } from '../telemetry/logger.ts'
import { Rate } from '../telemetry/rate.ts'
import { StreamLog } from './stream-log.ts'
import { VERSION } from './version.ts'

/** How often the capacity status is computed anew, in ms. */
const STATUS_INTERVAL = 1_000
/** How often the kernel is asked for silent peers, in ms: with a heartbeat of 15 s and the kernel's own
 * back-off, a peer that vanished is gone within 45 s. */
const SILENT_PEERS_INTERVAL = 10_000
/** Requests under way when a listener closes get this long, in ms. */
const CLOSE_GRACE = 2_000

export interface RunningService {
  readonly url: string
  readonly adminUrl: string
  readonly snapshot: () => Snapshot
  /** Sends the streams away over the drain window; calling `hurry` does the rest at once. */
  readonly drain: Drain
  /** Closes listeners and log. Whatever is still open is cut after a short grace. */
  stop(): Promise<void>
}

/** Wires the parts of the service and starts it. Rejects if an address cannot be listened on. */
export async function startService(config: Config, logger: Logger): Promise<RunningService> {
  const settings = { ...config, ...liveSettings(config) }
  const capacityFile = await watchCapacityFile(config, logger, (live) => {
    Object.assign(settings, live)
  })
  const token = await readToken(config.adminTokenFile)

  const log = new MemoryLog(settings)
  const admission = new Admission(settings)
  const drain = new Drain({
    streams: () => [...hub.subscribers],
    window: () => settings.drainWindow,
  })
  const streamLog = new StreamLog(logger, () => {
    admission.releaseStream()
  })
  const hub = new Hub({ log, settings, observer: streamLog, retryAfterClose })

  const pressure = new Pressure()
  pressure.start()
  const readStatus = () =>
    capacityStatus({
      subscribers: admission.streams,
      limit: settings.maxStreams,
      fleet: undefined,
      pressure: pressure.sample(),
      isLogReachable: log.status().reachable,
      isDraining: drain.isDraining,
      retry: settings.retry,
    })
  let status = readStatus()

  const service: Service = {
    hub,
    log,
    admission,
    drain,
    settings,
    observer: streamLog,
    status: () => status,
    retryAfterClose,
  }
  const published = new Rate(() => streamLog.publishedEvents)
  const delivered = new Rate(() => hub.delivered)
  const snapshot = (): Snapshot => ({
    version: VERSION,
    uptime: Math.round(process.uptime()),
    status: status.status,
    draining: drain.isDraining,
    subscribers: admission.streams,
    limit: settings.maxStreams,
    polls: admission.polls,
    channels: hub.channels,
    rates: { published: published.perSecond, delivered: delivered.perSecond },
    log: log.status(),
    capacityFile: capacityFile?.state ?? null,
  })

  const publicApp = createPublicApp(service, { isLoopback: isLoopback(config.listen.host) })
  const adminApp = createAdminApp(service, {
    isLoopback: isLoopback(config.adminListen.host),
    token,
    snapshot,
  })
  const publicServer = createHttpServer(publicApp, {
    ...config,
    isStream: isStreamRequest,
  })
  const adminServer = createHttpServer(adminApp, config)

  const timers = [
    setInterval(() => {
      status = readStatus()
    }, STATUS_INTERVAL),
    setInterval(() => {
      void cutSilentPeers(hub, portOf(publicServer))
    }, SILENT_PEERS_INTERVAL),
  ]
  const stop = async () => {
    await Promise.all([
      closeServer(publicServer, CLOSE_GRACE),
      closeServer(adminServer, CLOSE_GRACE),
    ])
    for (const timer of timers) clearInterval(timer)
    pressure.stop()
    published.close()
    delivered.close()
    capacityFile?.close()
    hub.close()
    await log.close()
  }

  try {
    await listen(publicServer, config.listen)
    await listen(adminServer, config.adminListen)
  } catch (error) {
    await stop()
    throw error
  }
  const url = urlOf(config.listen.host, publicServer)
  const adminUrl = urlOf(config.adminListen.host, adminServer)
  logger.info({ url, admin: adminUrl }, 'listening')
  return { url, adminUrl, snapshot, drain, stop }
}

/** Pods do not know of each other yet, so nobody is sent to wait for one of them. */
function retryAfterClose(): number {
  return jitteredRetry(hasRoomElsewhere({ fleet: undefined }))
}

async function cutSilentPeers(hub: Hub, port: number): Promise<void> {
  if (hub.subscribers.size > 0) hub.cutVanished(await findSilentPeers(port))
}

async function watchCapacityFile(
  config: Config,
  logger: Logger,
  apply: (live: ReturnType<typeof liveSettings>) => void,
): Promise<CapacityFileWatch | undefined> {
  const path = config.capacityFile
  if (path === undefined) return undefined
  const watch = new CapacityFileWatch({
    path,
    onChange: (file) => {
      const live = liveSettings(config, file)
      apply(live)
      logger.info(
        { path, ...live },
        file === undefined ? 'capacity file is gone' : 'capacity file read',
      )
    },
    onProblem: (problem) => {
      logger.error({ path, problem }, 'capacity file refused, the last good one stays in force')
    },
  })
  await watch.start()
  return watch
}

async function readToken(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined
  const token = (await readFile(path, 'utf8')).trim()
  if (token === '') throw new Error(`expected a token in ${path}, got an empty file`)
  return token
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function urlOf(host: string, server: Server): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${portOf(server)}`
}
