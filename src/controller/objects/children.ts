/** The objects that the controller writes for a StreamCapacity. */
import { z } from 'zod'
import { condition } from './condition.ts'
import type { Kind } from './kind.ts'
import { metadata } from './metadata.ts'

// All fields of their specs are kept: they are compared with what is asked for.
const configMap = z.object({ metadata, data: z.record(z.string(), z.string()).optional() })

const podDisruptionBudget = z.object({ metadata, spec: z.looseObject({}).optional() })

const horizontalPodAutoscaler = z.object({
  metadata,
  spec: z.looseObject({
    scaleTargetRef: z.looseObject({ kind: z.string(), name: z.string() }),
    minReplicas: z.number().optional(),
    maxReplicas: z.number(),
  }),
  status: z
    .object({
      currentReplicas: z.number().optional(),
      desiredReplicas: z.number().optional(),
      conditions: z.array(condition).optional(),
    })
    .optional(),
})

/** Of KEDA. */
const scaledObject = z.object({
  metadata,
  spec: z.looseObject({
    scaleTargetRef: z.looseObject({ name: z.string(), kind: z.string().optional() }),
  }),
  status: z.object({ conditions: z.array(condition).nullish() }).optional(),
})

export type ConfigMap = z.infer<typeof configMap>
export type PodDisruptionBudget = z.infer<typeof podDisruptionBudget>
export type HorizontalPodAutoscaler = z.infer<typeof horizontalPodAutoscaler>
export type ScaledObject = z.infer<typeof scaledObject>

export const CONFIG_MAP: Kind<ConfigMap> = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  isNamespaced: true,
  schema: configMap,
}

export const POD_DISRUPTION_BUDGET: Kind<PodDisruptionBudget> = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  isNamespaced: true,
  schema: podDisruptionBudget,
}

export const HORIZONTAL_POD_AUTOSCALER: Kind<HorizontalPodAutoscaler> = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  isNamespaced: true,
  schema: horizontalPodAutoscaler,
}

export const SCALED_OBJECT: Kind<ScaledObject> = {
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  plural: 'scaledobjects',
  isNamespaced: true,
  schema: scaledObject,
}
