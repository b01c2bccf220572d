import type { StreamCapacitySpec } from '../../schema/stream-capacity.ts'
import { isOwnedBy, keyOf, type KubeObject } from '../objects/metadata.ts'
import type { Kind } from '../objects/kind.ts'
import { storedStatus, type StreamCapacity } from '../objects/stream-capacity.ts'
import type { FleetState, Providers } from '../plan/fleet-plan.ts'
import type { ClusterCopies } from '../registry/cluster-copies.ts'
import type { FleetRegistry } from '../registry/fleet-registry.ts'
import { olderRivals } from '../registry/targets.ts'

/** What a fleet has of the cluster; the rest of its state is remembered from plan to plan. */
export type ObservedState = Omit<FleetState, 'now' | 'memory' | 'conflicts' | 'failure'>

/** The fleet of an object whose spec is right. */
export function readFleet(
  registry: Pick<FleetRegistry, 'copies' | 'describePods'>,
  object: StreamCapacity,
  spec: StreamCapacitySpec,
  providers: Providers,
): ObservedState {
  const { copies } = registry
  const { namespace } = object.metadata
  const { name: target } = spec.targetRef
  return {
    metadata: object.metadata,
    spec,
    status: storedStatus(object),
    deployment: copies.deployments.get({ namespace, name: target }),
    pods: registry.describePods(object),
    autoscalers: copies.autoscalers
      .list()
      .filter(
        ({ spec: { scaleTargetRef } }) =>
          scaleTargetRef.kind === 'Deployment' && scaleTargetRef.name === target,
      ),
    scaledObject: copies.scaledObjects?.get(keyOf(object)),
    olderRivals: olderRivals(object, copies.streamCapacities.list()),
    providers,
  }
}

export interface OwnedChild {
  readonly kind: Kind
  readonly object: KubeObject
}

/** All objects that the controller has made for a StreamCapacity. */
export function ownedChildren(
  { children }: ClusterCopies,
  owner: StreamCapacity,
): readonly OwnedChild[] {
  return children.flatMap((copy) =>
    copy
      .list()
      .filter((object) => isOwnedBy(object, owner))
      .map((object) => ({ kind: copy.kind, object })),
  )
}
