import type { Service } from '../http/service.ts'
import type { Live } from '../lib/live-value.ts'
import { VERSION } from '../lib/version.ts'
import type { CapacityFileState, Snapshot } from '../schema/snapshot.ts'
import { Rate } from '../telemetry/rate.ts'

export interface SnapshotReaderOptions {
  readonly service: Service
  readonly limits: Live<{ readonly maxStreams: number }>
  readonly capacityFile: () => CapacityFileState | null
}

/** Collects the document of `/snapshot`, and measures its rates. */
export class SnapshotReader {
  readonly #options: SnapshotReaderOptions
  readonly #published: Rate
  readonly #delivered: Rate

  constructor(options: SnapshotReaderOptions) {
    const { totals, hub } = options.service
    this.#options = options
    this.#published = new Rate(() => totals.publishedEvents)
    this.#delivered = new Rate(() => hub.delivered)
  }

  start(): void {
    this.#published.start()
    this.#delivered.start()
  }

  read(): Snapshot {
    const { service, limits, capacityFile } = this.#options
    const { admission, drain, hub, log } = service
    return {
      version: VERSION,
      uptime: Math.round(process.uptime()),
      status: service.status().status,
      draining: drain.isDraining,
      subscribers: admission.streams,
      limit: limits().maxStreams,
      polls: admission.polls,
      channels: hub.channels,
      rates: { published: this.#published.perSecond, delivered: this.#delivered.perSecond },
      // The compiler checks here that the port's types fit the document.
      log: log.status(),
      capacityFile: capacityFile(),
    }
  }

  close(): void {
    this.#published.close()
    this.#delivered.close()
  }
}
