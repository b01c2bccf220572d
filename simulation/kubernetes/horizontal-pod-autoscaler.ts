/**
 * The controller of HorizontalPodAutoscalers, for one autoscaler with one Object metric. Its rules are those of
 * Kubernetes 1.36.4, pkg/controller/podautoscaler: horizontal.go, replica_calculator.go and config/v1alpha1/defaults.go.
 * Left out are scaling from zero, and metrics of which only some fail.
 */
import type { AutoscalerSpec } from './autoscaler-spec.ts'
import { limitChange } from './limit-change.ts'
import { proposedReplicas } from './proposed-replicas.ts'
import { stabilize, type Recommendation } from './stabilize.ts'
import { storeChange, type Change } from './store-change.ts'

/** `--horizontal-pod-autoscaler-sync-period`, in seconds. */
export const SYNC_PERIOD = 15

/** Seconds for which the longest window may look back. */
const LONGEST = 3_600

export interface ScaleTarget {
  /** Replicas that the Deployment asks for. */
  readonly asked: number
  /** Pods of it that exist and do not leave. */
  readonly existing: number
}

export interface AutoscalerStatus {
  readonly currentReplicas: number
  readonly desiredReplicas: number
  readonly conditions: readonly { readonly type: string; readonly status: string }[]
}

export class HorizontalPodAutoscaler {
  #recommendations: readonly Recommendation[] = []
  #growth: readonly Change[] = []
  #shrinking: readonly Change[] = []
  #status: AutoscalerStatus | undefined

  /** Undefined before the first synchronization. */
  get status(): AutoscalerStatus | undefined {
    return this.#status
  }

  /** `reconcileAutoscaler`. Returns the replicas to ask for. A metric that is undefined is one that failed: it holds. */
  synchronize(
    now: number,
    spec: AutoscalerSpec,
    target: ScaleTarget,
    metric: number | undefined,
  ): number {
    const { asked } = target
    // `recordInitialRecommendation`: the replicas that there are count as recommended at the start.
    if (this.#recommendations.length === 0) this.#recommendations = [{ at: now, replicas: asked }]
    const desired = this.#decide(now, spec, target, metric)
    if (desired === undefined) {
      this.#note(asked, this.#status?.desiredReplicas ?? asked, 'False')
      return asked
    }
    const change = { at: now, by: desired - asked }
    if (change.by > 0) this.#growth = storeChange(this.#growth, change, spec.scaleUp)
    if (change.by < 0) this.#shrinking = storeChange(this.#shrinking, change, spec.scaleDown)
    this.#note(asked, desired, asked === 0 ? 'False' : 'True')
    return desired
  }

  #decide(
    now: number,
    spec: AutoscalerSpec,
    { asked, existing }: ScaleTarget,
    metric: number | undefined,
  ): number | undefined {
    if (asked === 0) return 0
    if (asked > spec.maxReplicas) return spec.maxReplicas
    if (asked < spec.minReplicas) return spec.minReplicas
    if (metric === undefined) return undefined
    const proposed = proposedReplicas(metric, spec, existing)
    const windows = {
      up: spec.scaleUp.stabilizationWindowSeconds,
      down: spec.scaleDown.stabilizationWindowSeconds,
    }
    const stable = stabilize(now, asked, proposed, this.#recommendations, windows)
    const recent = this.#recommendations.filter(({ at }) => at > now - LONGEST)
    this.#recommendations = [...recent, { at: now, replicas: proposed }]
    return limitChange(now, asked, stable, spec, [...this.#growth, ...this.#shrinking])
  }

  #note(currentReplicas: number, desiredReplicas: number, scalingActive: string): void {
    const conditions = [
      { type: 'AbleToScale', status: 'True' },
      { type: 'ScalingActive', status: scalingActive },
    ]
    this.#status = { currentReplicas, desiredReplicas, conditions }
  }
}
