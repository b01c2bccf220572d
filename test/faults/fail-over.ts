import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import { eventually } from '../support/eventually.ts'
import type { RedisServer } from '../support/redis/redis-server.ts'

/** What may be missing on the server that takes over, as replication does not wait. */
export const TAIL_LOST = ['diverged', 'ahead'] as const

/** How long the server that took over serves alone, in ms. */
const AFTER = 3_000

/** Takes the primary away and waits until another has its place. */
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
