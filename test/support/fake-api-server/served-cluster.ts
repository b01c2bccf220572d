import { KubeCluster, type ClusterLimits } from '../../../src/controller/kube/kube-cluster.ts'
import { FakeApiServer } from './fake-api-server.ts'
import { RecordedCalls } from './recorded-calls.ts'

/** A client of a fake API server. */
export interface ServedCluster extends AsyncDisposable {
  readonly server: FakeApiServer
  readonly cluster: KubeCluster
  readonly recorded: RecordedCalls
}

export async function serveCluster(limits: Partial<ClusterLimits> = {}): Promise<ServedCluster> {
  const server = await FakeApiServer.start()
  const recorded = new RecordedCalls()
  const cluster = new KubeCluster({ config: server.config, observer: recorded, limits })
  return {
    server,
    cluster,
    recorded,
    [Symbol.asyncDispose]: async () => {
      await cluster.close()
      await server[Symbol.asyncDispose]()
    },
  }
}
