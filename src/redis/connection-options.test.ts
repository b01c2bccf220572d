/** When a lost connection is made again. */
import { expect, test } from 'vitest'
import { redisAccess } from '../../test/support/redis/redis-access.ts'
import { clusterOptions, nodeOptions, serverOptions } from './connection-options.ts'

type Strategy = ((attempt: number) => unknown) | null | undefined

const single = redisAccess('redis://redis.example')
const sentinel = redisAccess('redis+sentinel://redis.example/runnel')
const cluster = redisAccess('redis+cluster://redis.example')

const STRATEGIES: readonly (readonly [connection: string, strategy: Strategy])[] = [
  ['one server', serverOptions(single).retryStrategy],
  ['the primary of sentinels', serverOptions(sentinel).retryStrategy],
  ['sentinels', serverOptions(sentinel).sentinelRetryStrategy],
  ['a node', nodeOptions(cluster, 'redis.example', 6379).retryStrategy],
  ['a cluster', clusterOptions(cluster).clusterRetryStrategy],
  ['a node of a cluster', clusterOptions(cluster).clusterNodeRetryStrategy],
]

test.for(STRATEGIES)(
  '%s: pods that lost a server together do not come back together, nor later than is worth waiting for',
  ([, strategy]) => {
    for (const attempt of [1, 2, 3, 5, 10, 100, 10_000]) {
      const draws = Array.from({ length: 200 }, () => Number(strategy?.(attempt)))
      const [soonest, latest] = [Math.min(...draws), Math.max(...draws)]
      expect(soonest, `attempt ${attempt}`).toBeGreaterThan(0)
      expect(latest, `attempt ${attempt}`).toBeLessThanOrEqual(2_000)
      expect(latest, `attempt ${attempt}`).toBeGreaterThan(1.2 * soonest)
    }
    const mean = (attempt: number) =>
      Array.from({ length: 200 }, () => Number(strategy?.(attempt))).reduce((a, b) => a + b) / 200
    expect(mean(10)).toBeGreaterThan(5 * mean(1))
  },
)
