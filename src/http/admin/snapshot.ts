import type { Middleware } from 'koa'
import type { LogStatus } from '../../log/event-log.ts'
import type { CapacityStatus } from '../../capacity/capacity-status.ts'

/** What `/snapshot` shows of this pod, as it stands now. */
export interface Snapshot {
  readonly version: string
  /** Seconds since the process started. */
  readonly uptime: number
  readonly status: CapacityStatus['status']
  readonly draining: boolean
  readonly subscribers: number
  readonly limit: number
  readonly polls: number
  readonly channels: number
  /** Per second, over the last few seconds. */
  readonly rates: { readonly published: number; readonly delivered: number }
  readonly log: LogStatus
  /** Null where no capacity file is set. */
  readonly capacityFile: unknown
}

export type SnapshotSource = () => Snapshot

export function snapshot(source: SnapshotSource): Middleware {
  return (ctx) => {
    ctx.set('Cache-Control', 'no-store')
    ctx.body = source()
  }
}
