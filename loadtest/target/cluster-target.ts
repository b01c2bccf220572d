import { enterCluster } from '../../rig/release/enter-cluster.ts'
import { ingressAddress } from '../../rig/release/ingress-access.ts'
import { exposePublish } from '../../rig/release/publish-ingress.ts'
import { Release, type Values } from '../../rig/release/release.ts'
import { ClusterFleet } from './cluster-fleet.ts'
import { doFault, PLAIN_FAULTS } from './cluster-faults.ts'
import { clusterVersions } from './cluster-versions.ts'
import type { Ability, Target, TargetOptions } from './target.ts'
import { linkTrace } from './trace-link.ts'

const ADMIN_PORT = 9090
/** So many pods carry what a scenario asks for while the fleet grows with its subscribers. */
const GROWN_PODS = 3.5

/**
 * A release of its own in the cluster that runs, behind ingress-nginx, which takes its publishes too. Scenarios with
 * faults get three pods, and one of them a Redis with replicas; the one that scales gets the demo, with its Jaeger.
 */
export async function openClusterTarget({
  needs,
  subscribers,
  keeps = false,
  tell,
}: TargetOptions): Promise<Target> {
  const helm = await enterCluster(tell)
  const scales = needs.includes('autoscaling')
  const isDemo = scales || needs.includes('tracing')
  const hasReplicatedRedis = needs.includes('redis-fail-over')
  const pods = needs.length === 0 ? 2 : 3
  tell(`installing the chart${hasReplicatedRedis ? ', with three Redis and three sentinels' : ''}`)
  const release = await Release.install('loadtest', {
    namespace: 'runnel-loadtest',
    helm,
    isDemo,
    hasRedis: !isDemo,
    hasReplicatedRedis,
    values: {
      ...(scales ? scalingValues(subscribers) : fixedValues(pods, subscribers)),
      // Without a replica's word for it, an event may be lost that was accepted.
      ...(hasReplicatedRedis && { 'redis.publishAck': 'replicated' }),
    },
  })
  try {
    await exposePublish(release)
    return await targetOf(release, { isDemo, scales, keeps, tell })
  } catch (error) {
    await release[Symbol.asyncDispose]()
    throw error
  }
}

interface Parts {
  readonly isDemo: boolean
  readonly scales: boolean
  readonly keeps: boolean
  readonly tell: (what: string) => void
}

async function targetOf(release: Release, parts: Parts): Promise<Target> {
  const { isDemo, scales, keeps, tell } = parts
  const { namespace, url, fullName, server, redis } = release
  const fleet = new ClusterFleet({
    apiUrl: release.apiUrl,
    namespace,
    deployment: fullName,
    selector: server.selector,
    metricsPort: ADMIN_PORT,
  })
  const abilities: readonly Ability[] = [
    ...PLAIN_FAULTS,
    ...(redis === undefined ? [] : (['redis-fail-over'] as const)),
    ...(scales ? (['autoscaling'] as const) : []),
    ...(isDemo ? (['tracing'] as const) : []),
  ]
  const jaeger = release.insideUrlOf('jaeger', 'query')
  const begin = new Date()
  const size = scales ? 'an autoscaled fleet' : `${await release.replicas()} pods`
  const versions = await clusterVersions()
  const victims = { pods: server, service: fullName, redis }
  return {
    description: `${size} behind ingress-nginx ${versions['ingress-nginx']} in a cluster`,
    address: {
      dialect: 'runnel',
      url,
      publishUrl: url,
      headers: {},
      publishHeaders: {},
      connectTo: [ingressAddress()],
    },
    versions,
    abilities,
    fault: async (name) => doFault(name, victims, tell),
    watch: async () => fleet.read(),
    ...(isDemo && { trace: async () => linkTrace({ namespace, jaeger }, begin) }),
    [Symbol.asyncDispose]: async () => {
      if (keeps) await release.leave()
      else await release[Symbol.asyncDispose]()
    },
  }
}

/** The chart's own limits, unless they are too few for the run. */
function fixedValues(pods: number, subscribers: number): Values {
  // One pod may be away, and the others then hold all.
  const limit = Math.max(1_500, Math.ceil((subscribers * 1.2) / (pods - 1)))
  return {
    replicaCount: pods,
    'streamCapacity.subscribersPerPod.target': Math.floor(limit / 2),
    'streamCapacity.subscribersPerPod.limit': limit,
  }
}

/** From one pod to four, and back within a minute after subscribers have left. */
function scalingValues(subscribers: number): Values {
  const target = Math.max(1, Math.ceil(subscribers / GROWN_PODS))
  return {
    'metricsApi.register': true,
    'streamCapacity.scaling.provider': 'CustomMetrics',
    'streamCapacity.scaling.minReplicas': 1,
    'streamCapacity.scaling.maxReplicas': 6,
    'streamCapacity.scaling.scaleDown.stabilizationSeconds': 30,
    'streamCapacity.scaling.scaleDown.maxPercent': 100,
    'streamCapacity.subscribersPerPod.target': target,
    // The autoscaler looks every 15 s. Until it has seen the ramp, one pod holds more than its target.
    'streamCapacity.subscribersPerPod.limit': target * 3,
    'streamCapacity.rebalance.maxPercentPerMinute': 100,
    'streamCapacity.drain.window': '5s',
  }
}
