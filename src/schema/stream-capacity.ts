/** The resource StreamCapacity: what a fleet is meant to be, and what it is. The CRD is made from it. */
import { z } from 'zod'
import { count, type DocumentOf } from './values.ts'

/** Nine digits hold all that the service allows. */
const duration = (description: string) =>
  z
    .string()
    .regex(/^[0-9]{1,9}(ms|s|m|h)$/, 'expected a duration such as 250ms, 15s, 5m or 1h')
    .describe(description)

const targetRef = z
  .strictObject({
    kind: z.literal('Deployment').default('Deployment').describe('Always Deployment.'),
    name: z.string().min(1).max(253).describe('Name of the Deployment, in the same namespace.'),
  })
  .describe('The Deployment of the pods that hold the streams.')

const subscribersPerPod = z
  .strictObject({
    target: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(750)
      .describe(
        'Streams that each pod should hold on average. The number of pods follows from it.',
      ),
    limit: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(1_500)
      .describe(
        'Streams that a pod holds at most. A further one is told to come back later, and to poll.',
      ),
  })
  .describe('How many streams a pod holds.')

const scaleDown = z
  .strictObject({
    stabilizationSeconds: z
      .int()
      .min(0)
      .max(3_600)
      .default(300)
      .describe('Seconds for which fewer pods must have been enough before one is removed.'),
    maxPercent: z
      .int()
      .min(1)
      .max(100)
      .default(25)
      .describe('Share of the pods that is removed at a time, in percent; at least one pod.'),
  })
  .describe('How fast the fleet shrinks. It grows as fast as it must.')

const scaling = z
  .strictObject({
    provider: z
      .enum(['Auto', 'CustomMetrics', 'KEDA', 'Direct', 'External', 'None'])
      .default('Auto')
      .describe(
        'Who changes the number of pods. CustomMetrics: a HorizontalPodAutoscaler that reads the metrics API of ' +
          'this controller. KEDA: a ScaledObject. Direct: this controller itself. External: a ' +
          'HorizontalPodAutoscaler of your own. None: nobody. Auto: the first of CustomMetrics, KEDA and ' +
          'Direct that works here.',
      ),
    minReplicas: z
      .int()
      .min(1)
      .max(500)
      .default(2)
      .describe('Fewest pods. With two or more, the loss of one must not overflow the others.'),
    maxReplicas: z.int().min(1).max(500).default(20).describe('Most pods.'),
    scaleDown: scaleDown.prefault({}),
  })
  .describe('How the number of pods follows the number of streams.')

const connections = z
  .strictObject({
    maxAge: duration('Age at which a stream is closed; its client resumes where it was.').default(
      '1h',
    ),
    heartbeat: duration('Silence after which a stream gets a comment line.').default('15s'),
    retry: duration('How long a client waits before it reconnects after a cut.').default('3s'),
    perPrincipal: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(50)
      .describe('Streams of one principal at once, in all pods.'),
  })
  .describe('Settings of streams. Pods take them up while they run.')

const history = z
  .strictObject({
    events: z.int().min(1).max(100_000).default(1_000).describe('Events kept in each channel.'),
    age: duration('Age at which an event leaves the history.').default('1h'),
  })
  .describe('How much of each channel can be replayed.')

const drain = z
  .strictObject({
    window: duration('Time over which a leaving pod spreads the closing of its streams.').default(
      '20s',
    ),
  })
  .describe('How a pod leaves.')

const rebalance = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether full pods hand streams to emptier ones.'),
    tolerancePercent: z
      .int()
      .min(1)
      .max(100)
      .default(20)
      .describe('How far a pod may be above the average, in percent of it.'),
    maxPercentPerMinute: z
      .int()
      .min(1)
      .max(100)
      .default(10)
      .describe('Share of its streams that a pod asks to move within a minute, in percent.'),
  })
  .describe('How streams spread over new pods.')

export const streamCapacitySpec = z
  .strictObject({
    targetRef,
    subscribersPerPod: subscribersPerPod.prefault({}),
    scaling: scaling.prefault({}),
    connections: connections.prefault({}),
    history: history.prefault({}),
    drain: drain.prefault({}),
    rebalance: rebalance.prefault({}),
  })
  .describe('What the fleet is meant to be.')

const condition = z
  .strictObject({
    type: z.string(),
    status: z.enum(['True', 'False', 'Unknown']),
    reason: z
      .string()
      .regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/)
      .max(1_024),
    message: z.string().max(32_768).describe('A sentence for people.'),
    observedGeneration: z.int().min(0).optional(),
    lastTransitionTime: z.string().describe('RFC 3339, when `status` last changed.'),
  })
  .describe('As in all of Kubernetes: metav1.Condition.')

const podStatus = z.strictObject({
  name: z.string(),
  subscribers: count.describe('As last heard of the pod.'),
  limit: count,
  ready: z.boolean(),
  draining: z.boolean(),
  silent: z
    .boolean()
    .optional()
    .describe('The pod does not answer the controller; its numbers are the last ones known.'),
})

export const streamCapacityStatus = z
  .strictObject({
    observedGeneration: z.int().min(0).optional(),
    subscribers: count.optional().describe('Streams of all pods.'),
    capacity: count.optional().describe('Streams that the ready pods may hold.'),
    provider: z.string().optional().describe('Who changes the number of pods.'),
    replicas: count.optional().describe('Pods of the Deployment.'),
    readyReplicas: count.optional().describe('Pods of it that are ready.'),
    pods: z.array(podStatus).max(1_000).optional(),
    conditions: z.array(condition).max(16).optional(),
  })
  .describe('What the fleet is.')

export type StreamCapacitySpec = DocumentOf<typeof streamCapacitySpec>
export type StreamCapacityStatus = DocumentOf<typeof streamCapacityStatus>
export type PodStatus = DocumentOf<typeof podStatus>
export type Condition = DocumentOf<typeof condition>
