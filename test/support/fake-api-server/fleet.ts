import type { FakeApiServer } from './fake-api-server.ts'

const NAMESPACE = '/namespaces/default'

/** Where objects of the namespace `default` are kept. */
export const COLLECTIONS = {
  streamCapacities: `/apis/runnel.dev/v1alpha1${NAMESPACE}/streamcapacities`,
  deployments: `/apis/apps/v1${NAMESPACE}/deployments`,
  configMaps: `/api/v1${NAMESPACE}/configmaps`,
  leases: `/apis/coordination.k8s.io/v1${NAMESPACE}/leases`,
} as const

/** Puts the StreamCapacity `streams` there, with its Deployment without pods. */
export function putFleet({ objects }: FakeApiServer): void {
  const metadata = { namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z' }
  objects.put(COLLECTIONS.deployments, {
    metadata: { ...metadata, name: 'web', uid: 'uid-web' },
    spec: { replicas: 0, selector: { matchLabels: { app: 'web' } }, template: {} },
  })
  objects.put(COLLECTIONS.streamCapacities, {
    metadata: { ...metadata, name: 'streams', uid: 'uid-streams' },
    spec: { targetRef: { name: 'web' }, scaling: { provider: 'None' } },
  })
}

/** Who holds the lease of the controller; empty where nobody does. */
export function leaseHolder({ objects }: FakeApiServer): string {
  const lease = objects.get(COLLECTIONS.leases, 'runnel-controller')
  const spec = lease?.['spec'] as { readonly holderIdentity?: string } | undefined
  return spec?.holderIdentity ?? ''
}
