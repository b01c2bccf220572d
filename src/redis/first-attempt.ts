import { setTimeout } from 'node:timers/promises'
import type { Cluster, Redis } from 'ioredis'
import { ANSWER_TIMEOUT } from './connection-options.ts'

/**
 * Begins to connect; the library goes on trying by itself. Resolves after the first attempt, whatever came
 * of it, but soon: where no sentinel answers, the first attempt never ends.
 */
export async function firstAttempt(connection: Redis | Cluster): Promise<void> {
  const attempt = connection.connect().catch(() => undefined)
  await Promise.race([attempt, setTimeout(ANSWER_TIMEOUT, undefined, { ref: false })])
}
