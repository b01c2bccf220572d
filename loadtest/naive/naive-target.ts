import { projectImage, ingressUrl } from '../../rig/release/environment.ts'
import { enterCluster } from '../../rig/release/enter-cluster.ts'
import { expectPath, ingressAddress } from '../../rig/release/ingress-access.ts'
import {
  ClusterProxy,
  createNamespace,
  deleteNamespace,
  kubectl,
  kubectlWith,
} from '../../rig/release/kubectl.ts'
import { ReplicatedRedis } from '../../rig/release/replicated-redis.ts'
import { applyServer } from '../../rig/release/trial-servers.ts'
import { doFault, PLAIN_FAULTS } from '../target/cluster-faults.ts'
import { ClusterFleet } from '../target/cluster-fleet.ts'
import { clusterVersions } from '../target/cluster-versions.ts'
import type { Target, TargetOptions } from '../target/target.ts'
import { NAIVE_SELECTOR, naiveManifest } from './manifest.ts'

const NAMESPACE = 'runnel-loadtest-naive'
const HOST = 'naive.test'
const PODS = 3

/** The naive variant in the cluster that runs, with as many pods, the same Redis and the same ingress as Runnel. */
export async function openNaiveTarget({
  needs,
  keeps = false,
  tell,
}: TargetOptions): Promise<Target> {
  await enterCluster(tell)
  await using cleanUp = new AsyncDisposableStack()
  const proxy = cleanUp.use(await ClusterProxy.open())
  await createNamespace(NAMESPACE)
  if (!keeps) cleanUp.defer(async () => deleteNamespace(NAMESPACE))
  tell('installing the naive variant')
  const redis = needs.includes('redis-fail-over')
    ? await ReplicatedRedis.apply(NAMESPACE)
    : undefined
  if (redis === undefined) await applyServer('redis', NAMESPACE)
  const env: Record<string, string> =
    redis === undefined
      ? { REDIS_URL: 'redis://redis:6379' }
      : { REDIS_SENTINELS: redis.sentinels.join(',') }
  const image = projectImage()
  const options = { namespace: NAMESPACE, host: HOST, image, replicas: PODS, env }
  await kubectlWith(await naiveManifest(options), 'apply')
  const rollout = ['rollout', 'status', 'deployment/naive', '--timeout=3m']
  await kubectl(...rollout, '--namespace', NAMESPACE)
  const url = `http://${HOST}:${ingressUrl().port || '80'}`
  await expectPath(`${url}/`)
  const pods = { namespace: NAMESPACE, deployment: 'deployment/naive', selector: NAIVE_SELECTOR }
  const fleet = new ClusterFleet({
    apiUrl: proxy.url,
    namespace: NAMESPACE,
    deployment: 'naive',
    selector: NAIVE_SELECTOR,
    metricsPort: undefined,
  })
  const versions = await clusterVersions()
  const owned = cleanUp.move()
  return {
    description: `${PODS} pods of the naive variant behind ingress-nginx ${versions['ingress-nginx']} in a cluster`,
    address: {
      dialect: 'plain',
      url,
      publishUrl: url,
      headers: {},
      publishHeaders: {},
      connectTo: [ingressAddress()],
    },
    versions,
    abilities: [...PLAIN_FAULTS, ...(redis === undefined ? [] : (['redis-fail-over'] as const))],
    fault: async (name) => doFault(name, { pods, service: 'naive', redis }, tell),
    watch: async () => fleet.read(),
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  }
}
