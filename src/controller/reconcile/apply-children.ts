import { createHash } from 'node:crypto'
import type { Manifest } from '../cluster/cluster.ts'
import { isOwnedBy } from '../objects/metadata.ts'
import type { StreamCapacity } from '../objects/stream-capacity.ts'
import type { Child, NamedObject } from '../plan/fleet-plan.ts'
import { contains } from './contains.ts'
import type { FleetCluster } from './fleet-cluster.ts'
import type { OwnedChild } from './read-fleet.ts'

const FIELD_MANAGER = 'runnel-controller'

/**
 * Holds a digest of what was applied. An object may contain all that is asked, and beside it what an earlier
 * version asked: only another apply removes that.
 */
const APPLIED = 'runnel.dev/applied'

/** Removes an object that no plan asks for any more. */
export async function removeChild(
  cluster: FleetCluster,
  { kind, object }: OwnedChild,
): Promise<void> {
  // It is deleted already, and its finalizers are at work.
  if (object.metadata.deletionTimestamp !== undefined) return
  await cluster.delete(kind, object)
}

/**
 * Applies a child that is missing or differs. An object of somebody else that bears its name is left alone: it is
 * what the promise resolves to.
 */
export async function applyChild(
  cluster: FleetCluster,
  owner: StreamCapacity,
  child: Child,
  owned: readonly OwnedChild[],
): Promise<NamedObject | undefined> {
  const { kind, manifest } = child
  const { name, namespace } = manifest.metadata
  // What is not in the copies of owned objects may not exist, or be of somebody else.
  const stored =
    owned.find((each) => isSameChild(each, child))?.object ??
    (await cluster.get(kind, { namespace, name }))
  if (stored !== undefined && !isOwnedBy(stored, owner)) return { kind: kind.kind, name }
  const wanted = withDigest(manifest)
  if (!contains(stored, wanted)) await cluster.apply(kind, wanted, { fieldManager: FIELD_MANAGER })
  return undefined
}

export function isSameChild({ kind, object }: OwnedChild, child: Child): boolean {
  return kind.kind === child.kind.kind && object.metadata.name === child.manifest.metadata.name
}

function withDigest(manifest: Manifest): Manifest {
  const digest = createHash('sha256').update(JSON.stringify(manifest)).digest('hex').slice(0, 16)
  const { metadata } = manifest
  return {
    ...manifest,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [APPLIED]: digest } },
  }
}
