import type { Kind } from '../../../src/controller/objects/kind.ts'
import { clusterError } from './errors.ts'

type Address = Pick<Kind, 'apiVersion' | 'plural'>

const BUILT_IN = [
  'v1/configmaps',
  'v1/pods',
  'v1/secrets',
  'apps/v1/deployments',
  'policy/v1/poddisruptionbudgets',
  'autoscaling/v2/horizontalpodautoscalers',
  'coordination.k8s.io/v1/leases',
  'events.k8s.io/v1/events',
  'apiregistration.k8s.io/v1/apiservices',
  'runnel.dev/v1alpha1/streamcapacities',
]

/** Kinds without a status, whose generation the API server does not count either. */
const PLAIN = new Set(['ConfigMap', 'Secret', 'Lease', 'Event'])

/** The kinds that an API server knows: those of Kubernetes and StreamCapacity at first. */
export class ServedKinds {
  readonly #served = new Set(BUILT_IN)

  add(kind: Address): void {
    this.#served.add(addressOf(kind))
  }

  remove(kind: Address): void {
    this.#served.delete(addressOf(kind))
  }

  has(kind: Address): boolean {
    return this.#served.has(addressOf(kind))
  }

  require(kind: Address): void {
    if (!this.has(kind)) throw clusterError('not-found', `the server has no ${addressOf(kind)}`)
  }
}

export function addressOf({ apiVersion, plural }: Address): string {
  return `${apiVersion}/${plural}`
}

export function hasStatus({ kind }: Pick<Kind, 'kind'>): boolean {
  return !PLAIN.has(kind)
}
