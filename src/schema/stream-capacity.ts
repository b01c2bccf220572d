/** The resource StreamCapacity: what a fleet is meant to be, and what it is. The CRD is made from it. */
import { z } from 'zod'
import { celIsShorter, isShorter } from './duration.ts'
import { withRules } from './rule.ts'
import {
  connections,
  drain,
  history,
  rebalance,
  scaling,
  subscribersPerPod,
  targetRef,
} from './stream-capacity-groups.ts'
import { count, type DocumentOf } from './values.ts'

export const streamCapacitySpec = withRules(
  z
    .strictObject({
      targetRef,
      subscribersPerPod: subscribersPerPod.prefault({}),
      scaling: scaling.prefault({}),
      connections: connections.prefault({}),
      history: history.prefault({}),
      drain: drain.prefault({}),
      rebalance: rebalance.prefault({}),
    })
    .describe('What the fleet is meant to be.'),
  [
    {
      // A target above the limit is a problem of its own.
      cel:
        'self.scaling.minReplicas < 2 || self.subscribersPerPod.target > self.subscribersPerPod.limit || ' +
        'self.subscribersPerPod.target * self.scaling.minReplicas <= ' +
        'self.subscribersPerPod.limit * (self.scaling.minReplicas - 1)',
      holds: ({ subscribersPerPod: { target, limit }, scaling: { minReplicas } }) =>
        minReplicas < 2 || target > limit || target * minReplicas <= limit * (minReplicas - 1),
      message:
        'target may be at most limit × (minReplicas − 1) / minReplicas, or the loss of one pod would overflow the ' +
        'others: lower target, or raise limit or minReplicas',
      field: ['subscribersPerPod', 'target'],
    },
    {
      cel: celIsShorter('self.connections.retry', 'self.history.age'),
      holds: ({ connections: { retry }, history: { age } }) => isShorter(retry, age),
      message:
        'retry must be shorter than history.age, or what happens while a client waits is gone when it returns: ' +
        'shorten retry or lengthen history.age',
      field: ['connections', 'retry'],
    },
    {
      cel: celIsShorter('self.drain.window', 'self.history.age'),
      holds: ({ drain: { window }, history: { age } }) => isShorter(window, age),
      message:
        'window must be shorter than history.age, or events leave the history while a pod drains: shorten window ' +
        'or lengthen history.age',
      field: ['drain', 'window'],
    },
  ],
)

/** Something that is wrong with a spec. */
export interface SpecProblem {
  /** Such as `spec.history.age`. */
  readonly field: string
  readonly message: string
}

/** All problems of a spec; that of an object stored before its CRD had a rule may break the rule. */
export function checkSpec(spec: unknown): readonly SpecProblem[] {
  const { error } = streamCapacitySpec.safeParse(spec)
  return (error?.issues ?? []).map(({ path, message }) => ({
    field: ['spec', ...path.map(String)].join('.'),
    message,
  }))
}

/** A list whose items are told apart by one field, so that several writers may each own some of them. */
const mapBy = (field: string) => ({
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': [field],
})

/** The generation of the object that was in force when this was written. */
const observedGeneration = z.int().min(0).optional()

const condition = z
  .strictObject({
    type: z
      .string()
      .min(1)
      .max(316)
      .describe(
        'Ready, ScalingActive, CapacityAvailable, Balanced or PodsReachable; and Reconciling or Stalled while ' +
          'that is so.',
      ),
    status: z.enum(['True', 'False', 'Unknown']).describe('Whether the condition holds.'),
    reason: z
      .string()
      .regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/)
      .max(1_024)
      .describe('Why, in one word for programs.'),
    message: z.string().max(32_768).describe('Why, in a sentence for people.'),
    observedGeneration: observedGeneration.describe(
      'metadata.generation of the object that the condition is about.',
    ),
    lastTransitionTime: z
      .string()
      .meta({ format: 'date-time' })
      .describe('RFC 3339, when status last changed.'),
  })
  .describe('A condition in the form of all Kubernetes objects (metav1.Condition).')

const podStatus = z
  .strictObject({
    name: z.string().max(253).describe('Name of the pod.'),
    subscribers: count.describe('Streams that it holds, as it last said.'),
    limit: count.describe('Streams that it holds at most.'),
    ready: z.boolean().describe('Whether Kubernetes sends it clients.'),
    draining: z.boolean().describe('Whether it is leaving, and closes its streams.'),
    silent: z
      .boolean()
      .optional()
      .describe('The pod does not answer the controller; its numbers are the last ones known.'),
  })
  .describe('One pod.')

export const streamCapacityStatus = z
  .strictObject({
    observedGeneration: observedGeneration.describe(
      'metadata.generation of the object that the controller has seen last.',
    ),
    subscribers: count.optional().describe('Streams of all pods.'),
    capacity: count.optional().describe('Streams that the ready pods may hold.'),
    provider: z
      .string()
      .max(64)
      .optional()
      .describe('Who changes the number of pods: what scaling.provider says, or what Auto chose.'),
    replicas: count.optional().describe('Pods of the Deployment.'),
    readyReplicas: count.optional().describe('Pods of it that are ready.'),
    pods: z
      .array(podStatus)
      .max(1_000)
      .optional()
      .meta(mapBy('name'))
      .describe('The pods of the Deployment.'),
    conditions: z
      .array(condition)
      .max(16)
      .optional()
      .meta(mapBy('type'))
      .describe('How the fleet is. Ready sums the others up.'),
  })
  .describe('What the fleet is, written by the controller.')

export type StreamCapacitySpec = DocumentOf<typeof streamCapacitySpec>
export type StreamCapacityStatus = DocumentOf<typeof streamCapacityStatus>
export type PodStatus = DocumentOf<typeof podStatus>
export type Condition = DocumentOf<typeof condition>
