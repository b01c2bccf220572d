import { z } from 'zod'
import { POD_DISRUPTION_BUDGET } from '../../objects/children.ts'
import type { Kind } from '../../objects/kind.ts'
import { metadata, type KubeObject, type ObjectKey } from '../../objects/metadata.ts'
import { DEPLOYMENT } from '../../objects/workloads.ts'
import type { Cluster, Manifest, Page, Selection } from '../cluster.ts'

export interface ClusterUnderTest extends AsyncDisposable {
  readonly cluster: Cluster
  /** Two that exist, and hold nothing of an earlier test. */
  readonly namespaces: readonly [string, string]
  /** A resource version from which no watch of Leases can go on any more. */
  readonly expiredVersion: () => Promise<string>
  /** Makes the API server serve a kind that it does not know, until disposal. Not every API server under test can. */
  readonly addKind?: (kind: Kind) => Promise<AsyncDisposable>
}

export type OpenCluster = () => Promise<ClusterUnderTest>

/** Objects of this label are the suite's own: an API server puts some into each namespace itself. */
export const OWN = { labelSelector: 'suite=own' }
const labels = { suite: 'own' }

export function configMap(key: ObjectKey, data: Record<string, string>): Manifest {
  return { metadata: { ...key, labels }, data }
}

export function lease(key: ObjectKey, holderIdentity: string, tier = 'none'): Manifest {
  return { metadata: { ...key, labels: { ...labels, tier } }, spec: { holderIdentity } }
}

/** It makes no pods: a paused Deployment only scales the ReplicaSets that it has. */
export function deployment(key: ObjectKey, spec: Record<string, unknown> = {}): Manifest {
  const pods = { app: key.name }
  const containers = [{ name: 'main', image: 'example.invalid/none:1' }]
  return {
    metadata: { ...key, labels },
    spec: {
      paused: true,
      selector: { matchLabels: pods },
      template: { metadata: { labels: pods }, spec: { containers } },
      ...spec,
    },
  }
}

/** Deployments with all that is stored of them. */
export const WHOLE_DEPLOYMENT: Kind<KubeObject & { readonly spec: Record<string, unknown> }> = {
  ...DEPLOYMENT,
  schema: z.object({ metadata, spec: z.record(z.string(), z.unknown()) }),
}

/** PodDisruptionBudgets with all that is stored of them. */
export const WHOLE_BUDGET: Kind<KubeObject & { readonly spec: Record<string, unknown> }> = {
  ...POD_DISRUPTION_BUDGET,
  schema: z.object({ metadata, spec: z.record(z.string(), z.unknown()) }),
}

/** All pages of a list. */
export async function listAll<T extends KubeObject>(
  cluster: Cluster,
  kind: Kind<T>,
  selection: Selection,
  limit?: number,
): Promise<readonly Page<T>[]> {
  const pages: Page<T>[] = []
  let continueToken: string | undefined
  do {
    const page = await cluster.list(kind, selection, {
      ...(limit !== undefined && { limit }),
      continueToken,
    })
    pages.push(page)
    continueToken = page.continueToken
  } while (continueToken !== undefined)
  return pages
}

/** The names of the selected objects, sorted: a list has no order. */
export async function listNames(
  cluster: Cluster,
  kind: Kind,
  selection: Selection,
): Promise<readonly string[]> {
  const pages = await listAll(cluster, kind, selection)
  return pages.flatMap(({ items }) => items.map(({ metadata: { name } }) => name)).toSorted()
}

/** An object that must exist. */
export async function read<T extends KubeObject>(
  cluster: Cluster,
  kind: Kind<T>,
  key: ObjectKey,
): Promise<T> {
  const object = await cluster.get(kind, key)
  if (object === undefined) throw new Error(`expected a ${kind.kind} ${key.name}`)
  return object
}

export function versionOf({ metadata: { name, resourceVersion } }: KubeObject): string {
  if (resourceVersion === undefined) throw new Error(`expected ${name} to have a resource version`)
  return resourceVersion
}
