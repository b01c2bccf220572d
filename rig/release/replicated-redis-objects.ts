/** The objects of a Redis with replicas and sentinels, which Kubernetes admits under the profile `restricted`. */

/** As in `manifests/redis.yaml`. */
const IMAGE = 'docker.io/valkey/valkey:9.0.6'

/** Gives each of its pods a name, which leads to a pod that is not ready too. */
export function serviceOf(app: string, port: number): object {
  const spec = { clusterIP: 'None', selector: { app }, publishNotReadyAddresses: true }
  const ports = [{ name: 'redis', port, appProtocol: 'redis' }]
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: app }, spec: { ...spec, ports } }
}

/**
 * A server that, once it is killed, stays away: one that came back at once, empty, would still be the primary of its
 * replicas, and they would drop all that they have.
 */
export function redisPod(name: string, primary: string, image = IMAGE): object {
  const flags = [
    ['--dir', '/data', '--save', ''],
    ['--protected-mode', 'no', '--maxmemory', '256mb', '--maxmemory-policy', 'noeviction'],
    ['--repl-diskless-sync-delay', '0'],
    name === primary ? [] : ['--replicaof', `${primary}.redis 6379`],
  ].flat()
  // The shell is the first process of the container, which no signal from within ends.
  const command = ['sh', '-c', 'redis-server "$@" & wait', 'redis']
  return podOf('redis', name, { image, command, args: flags, port: 6379 }, 'Never')
}

export function sentinelPod(name: string, group: string, primary: string, image = IMAGE): object {
  const lines = [
    'port 26379',
    'dir /data',
    'protected-mode no',
    'sentinel resolve-hostnames yes',
    `sentinel monitor ${group} ${primary}.redis 6379 2`,
    `sentinel down-after-milliseconds ${group} 2000`,
    `sentinel failover-timeout ${group} 6000`,
  ]
  // A sentinel writes what it finds out into its file.
  const script =
    'printf "%s\\n" "$@" > /data/sentinel.conf && exec redis-server /data/sentinel.conf --sentinel'
  const command = ['sh', '-c', script, 'sentinel']
  return podOf('sentinel', name, { image, command, args: lines, port: 26_379 }, 'Always')
}

interface ServerContainer {
  readonly image: string
  readonly command: readonly string[]
  readonly args: readonly string[]
  readonly port: number
}

function podOf(
  app: string,
  name: string,
  { port, ...container }: ServerContainer,
  restartPolicy: 'Never' | 'Always',
): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app } },
    spec: {
      // Together they make its name, such as redis-0.redis.
      hostname: name,
      subdomain: app,
      restartPolicy,
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 999,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          name: 'redis',
          ...container,
          readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ['ALL'] },
            readOnlyRootFilesystem: true,
          },
          volumeMounts: [{ name: 'data', mountPath: '/data' }],
        },
      ],
      volumes: [{ name: 'data', emptyDir: { sizeLimit: '16Mi' } }],
    },
  }
}
