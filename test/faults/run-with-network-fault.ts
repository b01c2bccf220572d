import type { Verdict } from '../history/check.ts'
import { FaultProxy } from '../support/proxies/fault-proxy.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { Pods } from './pods.ts'
import { expectNoBreach } from './report.ts'
import { runWithFault } from './run-with-fault.ts'

export interface ProxiedServer {
  readonly server: RedisServer
  /** Stands between the pods and the server. */
  readonly proxy: FaultProxy
}

/** Causes a fault in the network between pods and a healthy server, and expects no breach. */
export async function runWithNetworkFault(
  name: string,
  fault: (link: ProxiedServer) => Promise<void>,
): Promise<Verdict> {
  await using server = await RedisServer.start()
  await using proxy = await FaultProxy.start(server.url)
  await using pods = await Pods.start(3, [`--redis-url=${proxy.url}`])
  const verdict = await runWithFault({ url: pods.url, fault: async () => fault({ server, proxy }) })
  await expectNoBreach(name, verdict)
  return verdict
}
