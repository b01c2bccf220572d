/** Pods, and the Deployments that they belong to. */
import { z } from 'zod'
import { condition } from './condition.ts'
import type { Kind } from './kind.ts'
import { metadata } from './metadata.ts'

const labelSelector = z.object({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z
    .array(
      z.object({
        key: z.string(),
        operator: z.string(),
        values: z.array(z.string()).optional(),
      }),
    )
    .optional(),
})

const lifecycle = z.object({
  preStop: z.object({ sleep: z.object({ seconds: z.number() }).optional() }).optional(),
})

const deployment = z.object({
  metadata,
  spec: z.object({
    /** Absent only in objects that the API server has not stored yet. */
    replicas: z.number().optional(),
    selector: labelSelector,
    template: z.object({
      spec: z
        .object({
          terminationGracePeriodSeconds: z.number().optional(),
          containers: z.array(z.object({ lifecycle: lifecycle.optional() })).optional(),
        })
        .optional(),
    }),
  }),
  status: z
    .object({
      observedGeneration: z.number().optional(),
      replicas: z.number().optional(),
      updatedReplicas: z.number().optional(),
      readyReplicas: z.number().optional(),
      availableReplicas: z.number().optional(),
      conditions: z.array(condition).optional(),
    })
    .optional(),
})

const containerStatus = z.object({
  name: z.string(),
  /** Changes with each start of the container. */
  containerID: z.string().optional(),
  state: z
    .object({
      running: z.object({ startedAt: z.string().optional() }).optional(),
      waiting: z
        .object({ reason: z.string().optional(), message: z.string().optional() })
        .optional(),
      terminated: z.object({ reason: z.string().optional() }).optional(),
    })
    .optional(),
})

const pod = z.object({
  metadata,
  spec: z
    .object({
      nodeName: z.string().optional(),
      containers: z
        .array(
          z.object({
            name: z.string(),
            ports: z
              .array(z.object({ name: z.string().optional(), containerPort: z.number() }))
              .optional(),
          }),
        )
        .optional(),
    })
    .optional(),
  status: z
    .object({
      phase: z.string().optional(),
      podIP: z.string().optional(),
      conditions: z.array(condition).optional(),
      containerStatuses: z.array(containerStatus).optional(),
    })
    .optional(),
})

/** The number of pods of a Deployment, with the metadata of the Deployment. */
const scale = z.object({ metadata })

export type LabelSelector = z.infer<typeof labelSelector>
export type Deployment = z.infer<typeof deployment>
export type Pod = z.infer<typeof pod>
export type Scale = z.infer<typeof scale>

export const DEPLOYMENT: Kind<Deployment> = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  plural: 'deployments',
  isNamespaced: true,
  schema: deployment,
}

export const POD: Kind<Pod> = {
  apiVersion: 'v1',
  kind: 'Pod',
  plural: 'pods',
  isNamespaced: true,
  schema: pod,
}

export const SCALE: Kind<Scale> = {
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  plural: 'scale',
  isNamespaced: true,
  schema: scale,
}
