import { createHash } from 'node:crypto'
import type { Cluster, Manifest } from '../cluster/cluster.ts'
import type { Kind } from '../objects/kind.ts'
import { keyOf, type KubeObject, type Metadata } from '../objects/metadata.ts'
import type { Child, NamedObject } from '../plan/fleet-plan.ts'
import { contains } from './contains.ts'

const FIELD_MANAGER = 'runnel-controller'

/**
 * Holds a digest of what was applied. An object may contain all that is asked, and beside it what an earlier
 * version asked: only another apply removes that.
 */
const APPLIED = 'runnel.dev/applied'

export interface OwnedChild {
  readonly kind: Kind
  readonly object: KubeObject
}

export interface ApplyingChildren {
  readonly reads: Pick<Cluster, 'get'>
  readonly writes: Pick<Cluster, 'apply' | 'delete'>
  /** Told of each write, with the object that it made. */
  readonly onWritten: (kind: Kind, object: KubeObject) => void
}

/** Whether an object belongs to a StreamCapacity. */
export function isOwnedBy({ metadata }: KubeObject, owner: Metadata): boolean {
  return (metadata.ownerReferences ?? []).some(
    ({ uid, controller }) => uid === owner.uid && controller === true,
  )
}

/**
 * Applies the children that are missing or differ, and removes what is owned and not asked for. Objects of
 * others that bear the name of a child are left alone, and returned.
 */
export async function applyChildren(
  { reads, writes, onWritten }: ApplyingChildren,
  owner: Metadata,
  asked: readonly Child[],
  owned: readonly OwnedChild[],
): Promise<readonly NamedObject[]> {
  const foreign: NamedObject[] = []
  // What is not asked for goes first: of two autoscalers that select the same pods, neither would act.
  for (const { kind, object } of owned.filter((child) => findSame(child, asked) === undefined)) {
    await writes.delete(kind, keyOf(object), { uid: object.metadata.uid })
  }
  for (const { kind, manifest } of asked) {
    const { name } = manifest.metadata
    const wanted = withDigest(manifest)
    const found = owned.find(
      ({ kind: { kind: other }, object }) => other === kind.kind && object.metadata.name === name,
    )
    // What is not in the copy of owned objects may not exist, or be of somebody else.
    const stored = found?.object ?? (await reads.get(kind, { namespace: owner.namespace, name }))
    if (stored !== undefined && !isOwnedBy(stored, owner)) foreign.push({ kind: kind.kind, name })
    else if (!contains(stored, wanted)) {
      onWritten(kind, await writes.apply(kind, wanted, { fieldManager: FIELD_MANAGER }))
    }
  }
  return foreign
}

function findSame({ kind, object }: OwnedChild, asked: readonly Child[]): Child | undefined {
  return asked.find(
    (child) =>
      child.kind.kind === kind.kind && child.manifest.metadata.name === object.metadata.name,
  )
}

function withDigest(manifest: Manifest): Manifest {
  const digest = createHash('sha256').update(JSON.stringify(manifest)).digest('hex').slice(0, 16)
  const { metadata } = manifest
  return {
    ...manifest,
    metadata: { ...metadata, annotations: { ...metadata.annotations, [APPLIED]: digest } },
  }
}
