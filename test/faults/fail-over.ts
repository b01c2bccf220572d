import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import { eventually } from '../support/eventually.ts'
import type { RedisServer } from '../../rig/servers/redis-server.ts'

/** Gaps after a fail-over: replication is asynchronous, so the new primary may lack the tail. */
export const TAIL_LOST = ['diverged', 'ahead'] as const

/** Milliseconds for which the new primary serves before the old one thaws. */
const AFTER = 3_000

/** Kills or freezes the primary, and waits until another server is the primary. */
export async function failOver(
  how: 'killed' | 'frozen',
  primary: () => Promise<RedisServer>,
): Promise<void> {
  const old = await primary()
  if (how === 'killed') await old.kill()
  else old.freeze()
  await eventually(async () => {
    expect(await primary()).not.toBe(old)
  })
  await setTimeout(AFTER)
  old.thaw()
}
