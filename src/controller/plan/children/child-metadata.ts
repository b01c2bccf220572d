import { STREAM_CAPACITY } from '../../objects/stream-capacity.ts'
import type { Metadata } from '../../objects/metadata.ts'

/** On everything that the controller writes. */
export const MANAGED_BY = { name: 'app.kubernetes.io/managed-by', value: 'runnel-controller' }

/** Says of an object to which StreamCapacity it belongs; the garbage collector removes it with that one. */
export function childMetadata(
  name: string,
  { name: owner, namespace, uid = '' }: Metadata,
): Metadata {
  const { apiVersion, kind } = STREAM_CAPACITY
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: {
      [MANAGED_BY.name]: MANAGED_BY.value,
      'runnel.dev/stream-capacity': owner,
    },
    ownerReferences: [
      { apiVersion, kind, name: owner, uid, controller: true, blockOwnerDeletion: true },
    ],
  }
}
