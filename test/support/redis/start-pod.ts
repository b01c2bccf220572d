import { RedisFleet, type RedisFleetOptions } from '../../../src/capacity/redis/redis-fleet.ts'
import type { PodFacts } from '../../../src/capacity/fleet.ts'
import { openServers } from '../../../src/redis/open-servers.ts'
import { Refusals } from '../../../src/redis/refusals.ts'
import { redisAccess } from './redis-access.ts'

/** A machine that is busy for the time to live would end pods that are there. */
export const QUICK: RedisFleetOptions = { interval: 50, timeToLive: 3_000 }

export interface Pod extends AsyncDisposable {
  readonly fleet: RedisFleet
  /** The requests that the server refused. */
  readonly refused: readonly string[]
  /** Stops all heartbeats without leaving the fleet, as a killed process does. */
  crash(): void
}

/** A pod as its fleet sees it. */
export async function startPod(
  url: string,
  readFacts: () => PodFacts = () => ({ subscribers: 2, limit: 10 }),
): Promise<Pod> {
  const servers = openServers(redisAccess(url))
  await servers.start()
  const refused: string[] = []
  const refusals = new Refusals((_phase, { detail }) => refused.push(detail))
  const fleet = new RedisFleet(servers, refusals, QUICK)
  fleet.join(readFacts)
  return {
    fleet,
    refused,
    crash: () => {
      servers.close()
    },
    async [Symbol.asyncDispose]() {
      await fleet.close()
      servers.close()
    },
  }
}
