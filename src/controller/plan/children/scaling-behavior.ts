import type { StreamCapacitySpec } from '../../../schema/stream-capacity.ts'
import { GROWTH_PERIOD, GROWTH_PODS } from '../scale/pace.ts'

/** `spec.behavior` of a HorizontalPodAutoscaler. */
export function scalingBehavior(
  { scaleDown }: StreamCapacitySpec['scaling'],
  shrinkPeriod: number,
): object {
  return {
    scaleUp: {
      stabilizationWindowSeconds: 0,
      selectPolicy: 'Max',
      policies: [
        { type: 'Percent', value: 100, periodSeconds: GROWTH_PERIOD },
        { type: 'Pods', value: GROWTH_PODS, periodSeconds: GROWTH_PERIOD },
      ],
    },
    scaleDown: {
      // Within the default of 10 % Kubernetes keeps the pods that exist, and would keep the extra ones of a rollout
      // for ever (KEP-4951).
      tolerance: '0',
      stabilizationWindowSeconds: scaleDown.stabilizationSeconds,
      selectPolicy: 'Max',
      policies: [
        { type: 'Percent', value: scaleDown.maxPercent, periodSeconds: shrinkPeriod },
        { type: 'Pods', value: 1, periodSeconds: shrinkPeriod },
      ],
    },
  }
}

/** `spec.scaleTargetRef` of an autoscaler. */
export function scaleTarget(name: string): object {
  return { apiVersion: 'apps/v1', kind: 'Deployment', name }
}
