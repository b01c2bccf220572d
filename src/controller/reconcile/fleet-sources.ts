import type { StreamCapacitySpec, StreamCapacityStatus } from '../../schema/stream-capacity.ts'
import { streamCapacityStatus } from '../../schema/stream-capacity.ts'
import type { PodState } from '../fleet/pod-state.ts'
import { formatKey, keyOf, type ObjectKey } from '../objects/metadata.ts'
import type { StreamCapacity } from '../objects/stream-capacity.ts'
import type { Kind } from '../objects/kind.ts'
import type { FleetState, Providers } from '../plan/fleet-plan.ts'
import { isOwnedBy, type OwnedChild } from './apply-children.ts'
import type { ClusterCopies, Copy } from './cluster-copies.ts'
import { olderRivals } from './targets.ts'

export interface FleetSources {
  readonly copies: ClusterCopies
  /** The pods of a fleet, by its key. */
  readonly pods: (fleet: string) => readonly PodState[]
  readonly providers: (fleet: ObjectKey) => Providers
}

/** What a fleet has of the cluster; the rest of its state is remembered from plan to plan. */
export type ObservedState = Omit<FleetState, 'now' | 'memory' | 'conflicts' | 'failure'>

/** The fleet of an object whose spec is right. */
export function readFleet(
  { copies, pods, providers }: FleetSources,
  object: StreamCapacity,
  spec: StreamCapacitySpec,
): ObservedState {
  const { metadata } = object
  const { namespace } = metadata
  const { name: target } = spec.targetRef
  const scaledObject = copies.scaledObjects?.get(keyOf(object))
  return {
    metadata,
    spec,
    status: storedStatus(object),
    deployment: copies.deployments.get({ namespace, name: target }),
    pods: pods(formatKey(keyOf(object))),
    autoscalers: copies.autoscalers
      .list()
      .filter(
        ({ spec: { scaleTargetRef } }) =>
          scaleTargetRef.kind === 'Deployment' && scaleTargetRef.name === target,
      ),
    scaledObject,
    olderRivals: olderRivals(object, copies.streamCapacities.list()),
    providers: providers(keyOf(object)),
  }
}

/** The status as it is stored; empty where it is none of ours. */
export function storedStatus({ status }: StreamCapacity): StreamCapacityStatus {
  return streamCapacityStatus.safeParse(status ?? {}).data ?? {}
}

/** All objects that the controller has made for a StreamCapacity. */
export function ownedChildren(
  copies: ClusterCopies,
  { metadata }: StreamCapacity,
): readonly OwnedChild[] {
  return childCopies(copies).flatMap((copy) =>
    copy
      .list()
      .filter((object) => isOwnedBy(object, metadata))
      .map((object) => ({ kind: copy.kind, object })),
  )
}

/** The copy that has the objects of a kind. */
export function copyOf(copies: ClusterCopies, { kind }: Pick<Kind, 'kind'>): Copy | undefined {
  return copies.all.find((copy) => copy.kind.kind === kind)
}

function childCopies(copies: ClusterCopies): readonly Copy[] {
  const { configMaps, autoscalers, budgets, scaledObjects } = copies
  return [configMaps, autoscalers, budgets, ...(scaledObjects === undefined ? [] : [scaledObjects])]
}
