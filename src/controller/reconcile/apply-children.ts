import { createHash } from 'node:crypto'
import type { Cluster, Manifest } from '../cluster/cluster.ts'

import {
  CONFIG_MAP,
  HORIZONTAL_POD_AUTOSCALER,
  POD_DISRUPTION_BUDGET,
  SCALED_OBJECT,
} from '../objects/children.ts'
import type { Kind } from '../objects/kind.ts'
import type { KubeObject, Metadata } from '../objects/metadata.ts'
import type { Child } from '../plan/fleet-plan.ts'
import { contains } from './contains.ts'

/** All kinds of children. */
export const CHILD_KINDS: readonly Kind[] = [
  CONFIG_MAP,
  HORIZONTAL_POD_AUTOSCALER,
  POD_DISRUPTION_BUDGET,
  SCALED_OBJECT,
]

const FIELD_MANAGER = 'runnel-controller'

/**
 * Holds a digest of what was applied. An object may contain all that is asked, and beside it what an earlier
 * version asked: only another apply removes that.
 */
const APPLIED = 'runnel.dev/applied'

/** An object of the name that a child needs, which somebody else has made. */
export interface ForeignChild {
  readonly kind: string
  readonly name: string
}

export interface OwnedChild {
  readonly kind: Kind
  readonly object: KubeObject
}

/** Whether an object belongs to a StreamCapacity. */
export function isOwnedBy({ metadata }: KubeObject, owner: Metadata): boolean {
  return (metadata.ownerReferences ?? []).some(
    ({ uid, controller }) => uid === owner.uid && controller === true,
  )
}

/**
 * Applies the children that are missing or differ, and removes what is owned and not asked for. Objects of
 * others are left alone, and returned.
 */
export async function applyChildren(
  cluster: Cluster,
  owner: Metadata,
  asked: readonly Child[],
  owned: readonly OwnedChild[],
): Promise<readonly ForeignChild[]> {
  const foreign: ForeignChild[] = []
  for (const { kind, manifest } of asked) {
    const { name } = manifest.metadata
    const found = owned.find((child) => child.kind === kind && child.object.metadata.name === name)
    const wanted = withDigest(manifest)
    if (found !== undefined && contains(found.object, wanted)) continue
    // Not in the copy of owned objects: it may not exist, or be of somebody else.
    const stored = found?.object ?? (await cluster.get(kind, { namespace: owner.namespace, name }))
    if (stored !== undefined && !isOwnedBy(stored, owner)) {
      foreign.push({ kind: kind.kind, name })
      continue
    }
    if (stored !== undefined && contains(stored, wanted)) continue
    await cluster.apply(kind, wanted, { fieldManager: FIELD_MANAGER })
  }
  for (const { kind, object } of owned) {
    const { name, namespace, uid } = object.metadata
    const isAsked = asked.some(
      (child) => child.kind === kind && child.manifest.metadata.name === name,
    )
    if (!isAsked) await cluster.delete(kind, { namespace, name }, { uid })
  }
  return foreign
}

function withDigest(manifest: Manifest): Manifest {
  const digest = createHash('sha256').update(JSON.stringify(manifest)).digest('hex').slice(0, 16)
  const { metadata } = manifest
  return {
    ...manifest,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [APPLIED]: digest } },
  }
}
