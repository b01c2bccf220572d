import type { Middleware } from 'koa'
import type { Snapshot } from '../../schema/snapshot.ts'

export type SnapshotSource = () => Snapshot

/** The present state of this pod. */
export function snapshot(source: SnapshotSource): Middleware {
  return (ctx) => {
    ctx.set('Cache-Control', 'no-store')
    ctx.body = source()
  }
}
