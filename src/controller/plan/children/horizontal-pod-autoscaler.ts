import type { StreamCapacitySpec } from '../../../schema/stream-capacity.ts'
import { HORIZONTAL_POD_AUTOSCALER } from '../../objects/children.ts'
import type { Metadata } from '../../objects/metadata.ts'
import { STREAM_CAPACITY } from '../../objects/stream-capacity.ts'
import type { Child } from '../fleet-plan.ts'
import { childMetadata } from './child-metadata.ts'
import { scaleTarget, scalingBehavior } from './scaling-behavior.ts'

/** It reads the streams of the whole fleet, those of leaving pods included, as a metric of the StreamCapacity. */
export function horizontalPodAutoscaler(
  metadata: Metadata,
  { targetRef, subscribersPerPod, scaling }: StreamCapacitySpec,
  shrinkPeriod: number,
): Child {
  const { apiVersion, kind } = STREAM_CAPACITY
  const subscribers = {
    describedObject: { apiVersion, kind, name: metadata.name },
    metric: { name: 'subscribers' },
    target: { type: 'AverageValue', averageValue: formatQuantity(subscribersPerPod.target) },
  }
  return {
    kind: HORIZONTAL_POD_AUTOSCALER,
    manifest: {
      metadata: childMetadata(metadata.name, metadata),
      spec: {
        scaleTargetRef: scaleTarget(targetRef.name),
        minReplicas: scaling.minReplicas,
        maxReplicas: scaling.maxReplicas,
        metrics: [{ type: 'Object', object: subscribers }],
        behavior: scalingBehavior(scaling, shrinkPeriod),
      },
    },
  }
}

/** A whole number as the API server stores it: it would look changed otherwise. */
function formatQuantity(count: number): string {
  if (count % 1_000_000 === 0) return `${count / 1_000_000}M`
  return count % 1_000 === 0 ? `${count / 1_000}k` : String(count)
}
