import { z } from 'zod'

const policy = z.object({
  type: z.enum(['Pods', 'Percent']),
  value: z.int(),
  periodSeconds: z.int(),
})

const rules = z.object({
  stabilizationWindowSeconds: z.int(),
  selectPolicy: z.enum(['Max', 'Min', 'Disabled']),
  policies: z.array(policy).min(1),
  tolerance: z.coerce.number().optional(),
})

/** The one metric that a fleet is scaled on. */
const metric = z.object({
  type: z.literal('Object'),
  object: z.object({
    target: z.object({ type: z.literal('AverageValue'), averageValue: z.coerce.number() }),
  }),
})

/** What the model reads of a HorizontalPodAutoscaler (autoscaling/v2). Other forms are refused, not guessed at. */
const autoscalerSpec = z.object({
  minReplicas: z.int(),
  maxReplicas: z.int(),
  metrics: z.tuple([metric]),
  behavior: z.object({ scaleUp: rules, scaleDown: rules }),
})

export type ScalingRules = Readonly<z.infer<typeof rules>>

export interface AutoscalerSpec {
  readonly minReplicas: number
  readonly maxReplicas: number
  /** Streams that each pod should hold. */
  readonly averageValue: number
  readonly scaleUp: ScalingRules
  readonly scaleDown: ScalingRules
}

/** Reads `spec` as the plan of a fleet writes it. */
export function readAutoscalerSpec(spec: unknown): AutoscalerSpec {
  const { minReplicas, maxReplicas, metrics, behavior } = autoscalerSpec.parse(spec)
  return {
    minReplicas,
    maxReplicas,
    averageValue: metrics[0].object.target.averageValue,
    ...behavior,
  }
}
