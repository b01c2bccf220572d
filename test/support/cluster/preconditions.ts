import type { Manifest } from '../../../src/controller/cluster/cluster.ts'
import { clusterError } from './errors.ts'
import type { Entry } from './object-store.ts'

/** A manifest means the version of the object that it was made from. */
export function checkReplace({ object }: Entry, manifest: Manifest): void {
  if (manifest.metadata.resourceVersion === undefined) {
    throw clusterError('invalid', 'metadata.resourceVersion: must be specified for an update')
  }
  requireSame('resourceVersion', object.metadata, manifest)
  requireSame('uid', object.metadata, manifest)
}

/** A manifest may name the object that it means. */
export function checkApply(found: Entry | undefined, manifest: Manifest): void {
  const { uid } = manifest.metadata
  if (found !== undefined && uid !== undefined && uid !== found.object.metadata.uid) {
    throw clusterError('invalid', 'metadata.uid: field is immutable')
  }
  requireSame('uid', found?.object.metadata, manifest)
  requireSame('resourceVersion', found?.object.metadata, manifest)
}

function requireSame(
  field: 'resourceVersion' | 'uid',
  found: Partial<Manifest['metadata']> | undefined,
  { metadata }: Manifest,
): void {
  const wanted = metadata[field]
  if (wanted !== undefined && wanted !== found?.[field]) {
    throw clusterError('conflict', `${metadata.name} has another ${field} than ${wanted}`)
  }
}
