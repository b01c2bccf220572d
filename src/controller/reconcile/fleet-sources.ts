import type { StreamCapacitySpec, StreamCapacityStatus } from '../../schema/stream-capacity.ts'
import { streamCapacityStatus } from '../../schema/stream-capacity.ts'
import type { PodState } from '../fleet/pod-state.ts'
import { formatKey, keyOf, type ObjectKey } from '../objects/metadata.ts'
import type { StreamCapacity } from '../objects/stream-capacity.ts'
import type { FleetState, NamedObject, Providers } from '../plan/fleet-plan.ts'
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

/** Whether the copies have all that this process has written for a fleet. */
export function areCopiesCurrent(copies: ClusterCopies, object: StreamCapacity): boolean {
  const key = keyOf(object)
  const children = ownedChildren(copies, object)
  return (
    copies.streamCapacities.isCurrent(key) &&
    childCopies(copies).every((copy) => copy.isCurrent(key)) &&
    children.every(
      ({ kind, object: child }) => copyOf(copies, kind)?.isCurrent(keyOf(child)) ?? true,
    )
  )
}

export function copyOf(copies: ClusterCopies, kind: NamedKind): Copy | undefined {
  return copies.all.find((copy) => copy.kind.kind === kind.kind)
}

type NamedKind = Pick<NamedObject, 'kind'>

function childCopies({
  configMaps,
  autoscalers,
  budgets,
  scaledObjects,
}: ClusterCopies): readonly Copy[] {
  return [configMaps, autoscalers, budgets, ...(scaledObjects === undefined ? [] : [scaledObjects])]
}
