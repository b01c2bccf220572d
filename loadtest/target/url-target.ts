import type { Address } from '../driver/commands.ts'
import { readServer } from './metrics-reader.ts'
import type { AdminListeners, FaultName, FleetSample, Target } from './target.ts'

/** A service that somebody else runs. Nothing can be done to it but load. */
export function openUrlTarget(address: Address, { urls, headers }: AdminListeners): Target {
  return {
    description: address.url,
    address,
    versions: {},
    abilities: [],
    async fault(name: FaultName): Promise<void> {
      throw new Error(`expected a target that this command started for ${name}, got ${address.url}`)
    },
    async watch(): Promise<FleetSample> {
      const servers = await Promise.all(
        urls.map(async (url) => readServer(new URL(url).host, `${url}/metrics`, headers)),
      )
      return { servers: servers.filter((server) => server !== undefined), replicas: undefined }
    },
    async [Symbol.asyncDispose](): Promise<void> {},
  }
}
