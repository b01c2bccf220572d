import type { Middleware } from 'koa'
import type { Snapshot } from '../../schema/snapshot.ts'

export type SnapshotSource = () => Snapshot

/** Shows this pod as it stands now. */
export function snapshot(source: SnapshotSource): Middleware {
  return (ctx) => {
    ctx.set('Cache-Control', 'no-store')
    ctx.body = source()
  }
}
