/** The groups of fields in the spec of a StreamCapacity, with the rules within each. */
import { z } from 'zod'
import { LIVE_SETTINGS } from './limits.ts'
import { duration } from './duration.ts'
import { withRules } from './rule.ts'

function integer(min: number, max: number, description: string): z.ZodInt {
  return z.int().min(min).max(max).describe(`${description} From ${min} to ${max}.`)
}

const DEPLOYMENT_NAME = '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$'

export const targetRef = z
  .strictObject({
    kind: z.literal('Deployment').default('Deployment').describe('Always Deployment.'),
    name: withRules(
      z.string().max(253).describe('Name of the Deployment, in the namespace of this object.'),
      [
        {
          cel: `self.matches('${DEPLOYMENT_NAME}')`,
          holds: (name) => new RegExp(DEPLOYMENT_NAME).test(name),
          message:
            'expected the name of a Deployment: lower-case letters, digits, "-" and ".", with a letter or digit ' +
            'at both ends',
        },
      ],
    ),
  })
  .describe(
    'The Deployment whose pods hold the streams. Another one may be named at any time; the former then ' +
      'keeps the number of pods that it has.',
  )

export const subscribersPerPod = withRules(
  z
    .strictObject({
      target: integer(
        1,
        1_000_000,
        'Streams that each pod should hold on average; the number of pods follows from it. At most limit × ' +
          '(minReplicas − 1) / minReplicas, so that the other pods can take the streams of a lost one.',
      ).default(750),
      limit: integer(
        1,
        1_000_000,
        'Streams that a pod holds at most. A further one is told to come back later, and to poll meanwhile. ' +
          'Lowering the limit closes no stream.',
      ).default(1_500),
    })
    .describe('How many streams a pod holds.'),
  [
    {
      cel: 'self.target <= self.limit',
      holds: ({ target, limit }) => target <= limit,
      message:
        'target may be at most limit, or full pods never get help: lower target or raise limit',
      field: ['target'],
    },
  ],
)

const scaleDown = z
  .strictObject({
    stabilizationSeconds: integer(
      0,
      3_600,
      'Seconds for which fewer pods must have been enough before any is removed.',
    ).default(300),
    maxPercent: integer(
      1,
      100,
      'Share of the pods that is removed at a time, in percent; at least one pod.',
    ).default(25),
  })
  .describe('How fast the fleet shrinks. It grows as fast as it must.')

export const scaling = withRules(
  z
    .strictObject({
      provider: z
        .enum(['Auto', 'CustomMetrics', 'KEDA', 'Direct', 'External', 'None'])
        .default('Auto')
        .describe(
          'Who changes the number of pods. CustomMetrics: a HorizontalPodAutoscaler that reads the metrics API ' +
            'of the controller. KEDA: a ScaledObject. Direct: the controller itself. External: a ' +
            'HorizontalPodAutoscaler of your own. None: nobody. Auto: the first of CustomMetrics, KEDA and ' +
            'Direct that works in this cluster; status.provider says which.',
        ),
      minReplicas: integer(
        1,
        500,
        'Fewest pods. With one, its loss ends all streams until another has started.',
      ).default(2),
      maxReplicas: integer(1, 500, 'Most pods. When they are full, further clients poll.').default(
        20,
      ),
      scaleDown: scaleDown.prefault({}),
    })
    .describe('How the number of pods follows the number of streams.'),
  [
    {
      cel: 'self.minReplicas <= self.maxReplicas',
      holds: ({ minReplicas, maxReplicas }) => minReplicas <= maxReplicas,
      message: 'minReplicas may be at most maxReplicas: lower minReplicas or raise maxReplicas',
      field: ['minReplicas'],
    },
  ],
)

export const connections = z
  .strictObject({
    maxAge: duration(
      LIVE_SETTINGS.maxAge.min,
      LIVE_SETTINGS.maxAge.max,
      'Age at which a stream is closed; its client resumes where it was. Each stream draws 80 to 100 % of it, so ' +
        'that streams opened together do not end together.',
    ).default(LIVE_SETTINGS.maxAge.default),
    heartbeat: duration(
      LIVE_SETTINGS.heartbeat.min,
      LIVE_SETTINGS.heartbeat.max,
      'Silence after which a stream gets a comment line. Keep it below the idle timeout of every proxy on the way.',
    ).default(LIVE_SETTINGS.heartbeat.default),
    retry: duration(
      LIVE_SETTINGS.retry.min,
      LIVE_SETTINGS.retry.max,
      'How long a client waits before it reconnects after a cut. Shorter than history.age. Each stream draws 50 ' +
        'to 150 % of it, so that streams cut together do not all come back at once.',
    ).default(LIVE_SETTINGS.retry.default),
    perPrincipal: integer(
      LIVE_SETTINGS.perPrincipal.min,
      LIVE_SETTINGS.perPrincipal.max,
      'Streams of one principal at once, in all pods. Only a client with a token is one.',
    ).default(LIVE_SETTINGS.perPrincipal.default),
  })
  .describe('Settings of streams. Pods take them up while they run.')

export const history = z
  .strictObject({
    events: integer(
      LIVE_SETTINGS.historyEvents.min,
      LIVE_SETTINGS.historyEvents.max,
      'Events kept in each channel. The oldest leave first.',
    ).default(LIVE_SETTINGS.historyEvents.default),
    age: duration(
      LIVE_SETTINGS.historyAge.min,
      LIVE_SETTINGS.historyAge.max,
      'Age at which an event leaves the history. Longer than connections.retry and drain.window, or clients would ' +
        'return too late for what they missed.',
    ).default(LIVE_SETTINGS.historyAge.default),
  })
  .describe('How much of each channel can be replayed. Pods take it up while they run.')

export const drain = z
  .strictObject({
    window: duration(
      LIVE_SETTINGS.drainWindow.min,
      LIVE_SETTINGS.drainWindow.max,
      'Time over which a pod that leaves spreads the closing of its streams. Shorter than history.age, and than ' +
        'the grace period of the pods.',
    ).default(LIVE_SETTINGS.drainWindow.default),
  })
  .describe('How a pod leaves.')

export const rebalance = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe('Whether pods with too many streams ask some of them to move to other pods.'),
    tolerancePercent: integer(
      1,
      100,
      'How far a pod may be above the average, in percent of the average.',
    ).default(20),
    maxPercentPerMinute: integer(
      1,
      100,
      'Share of its streams that a pod asks to move within a minute, in percent.',
    ).default(10),
  })
  .describe('How streams spread over new pods.')
