import type { StreamCapacitySpec } from '../../../schema/stream-capacity.ts'
import { SCALED_OBJECT } from '../../objects/children.ts'
import type { Metadata } from '../../objects/metadata.ts'
import type { Child } from '../fleet-plan.ts'
import { childMetadata, MANAGED_BY } from './child-metadata.ts'
import { scaleTarget, scalingBehavior } from './scaling-behavior.ts'

/** Failed readings after which KEDA falls back. */
const FAILURES = 3

interface Scaling {
  readonly shrinkPeriod: number
  readonly metricUrl: string
  /** KEDA brings a Deployment that is set to 0 pods back to the fewest, unless it is told to pause. */
  readonly isPaused: boolean
}

/** While the count is unknown, KEDA keeps the pods that there are. */
export function scaledObject(
  metadata: Metadata,
  { targetRef, subscribersPerPod, scaling }: StreamCapacitySpec,
  { shrinkPeriod, metricUrl, isPaused }: Scaling,
): Child {
  const trigger = {
    type: 'metrics-api',
    metricType: 'AverageValue',
    metadata: {
      url: metricUrl,
      format: 'json',
      valueLocation: 'subscribers',
      targetValue: String(subscribersPerPod.target),
    },
  }
  return {
    kind: SCALED_OBJECT,
    manifest: {
      metadata: {
        ...childMetadata(metadata.name, metadata),
        annotations: {
          // KEDA copies labels to its autoscaler, which is its own.
          'scaledobject.keda.sh/hpa-excluded-labels': MANAGED_BY.name,
          ...(isPaused ? { 'autoscaling.keda.sh/paused': 'true' } : {}),
        },
      },
      spec: {
        scaleTargetRef: scaleTarget(targetRef.name),
        minReplicaCount: scaling.minReplicas,
        maxReplicaCount: scaling.maxReplicas,
        fallback: {
          failureThreshold: FAILURES,
          replicas: scaling.minReplicas,
          behavior: 'currentReplicasIfHigher',
        },
        advanced: {
          horizontalPodAutoscalerConfig: { behavior: scalingBehavior(scaling, shrinkPeriod) },
        },
        triggers: [trigger],
      },
    },
  }
}
