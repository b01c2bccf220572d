/** Specs of StreamCapacity objects with what is wrong about them, whoever checks them. */

export interface SpecCase {
  readonly title: string
  /** Beside a targetRef. */
  readonly spec: Readonly<Record<string, unknown>>
  /** The sentence about each wrong field. */
  readonly problems: Readonly<Record<string, RegExp>>
}

const RETRY =
  /^retry must be shorter than history\.age, .*: shorten retry or lengthen history\.age$/
const WINDOW = /^window must be shorter than history\.age, .*: shorten window or lengthen history/
const HEADROOM = /^target may be at most limit × \(minReplicas − 1\) \/ minReplicas, or the loss/
const TARGET = /^target may be at most limit, .*: lower target or raise limit$/
const REPLICAS = /^minReplicas may be at most maxReplicas: lower minReplicas or raise maxReplicas$/
const NAME = /^expected the name of a Deployment: lower-case letters/

function written(min: string, max: string): RegExp {
  return new RegExp(
    `^expected a duration from ${min} to ${max}, written like 250ms, 15s, 5m or 1h$`,
  )
}

export const SPEC_CASES: readonly SpecCase[] = [
  good('nothing but a target', {}),
  good('as many pods at least as at most', { scaling: { minReplicas: 7, maxReplicas: 7 } }),
  bad(
    'more pods at least than at most',
    { scaling: { minReplicas: 7, maxReplicas: 6 } },
    { 'spec.scaling.minReplicas': REPLICAS },
  ),
  bad(
    'more pods at least than by default at most',
    { scaling: { minReplicas: 21 } },
    { 'spec.scaling.minReplicas': REPLICAS },
  ),

  good('one pod that is full on average', {
    scaling: { minReplicas: 1 },
    subscribersPerPod: { target: 10, limit: 10 },
  }),
  bad(
    'one pod with a target above its limit',
    { scaling: { minReplicas: 1 }, subscribersPerPod: { target: 11, limit: 10 } },
    { 'spec.subscribersPerPod.target': TARGET },
  ),
  bad(
    'two pods with a target above the limit',
    { subscribersPerPod: { target: 11, limit: 10 } },
    { 'spec.subscribersPerPod.target': TARGET },
  ),
  good('two pods that are half full', { subscribersPerPod: { target: 5, limit: 10 } }),
  bad(
    'two pods that are more than half full',
    { subscribersPerPod: { target: 6, limit: 10 } },
    { 'spec.subscribersPerPod.target': HEADROOM },
  ),
  good('four pods that are three quarters full', {
    scaling: { minReplicas: 4 },
    subscribersPerPod: { target: 75, limit: 100 },
  }),
  bad(
    'four pods that are more than three quarters full',
    { scaling: { minReplicas: 4 }, subscribersPerPod: { target: 76, limit: 100 } },
    { 'spec.subscribersPerPod.target': HEADROOM },
  ),
  good('the most pods, as full as they may be', {
    scaling: { minReplicas: 500, maxReplicas: 500 },
    subscribersPerPod: { target: 998_000, limit: 1_000_000 },
  }),

  good('a wait just shorter than the history', {
    connections: { retry: '59s' },
    history: { age: '1m' },
  }),
  bad(
    'a wait as long as the history',
    { connections: { retry: '60s' }, history: { age: '1m' } },
    { 'spec.connections.retry': RETRY },
  ),
  bad(
    'a drain as long as the history',
    { drain: { window: '60000ms' }, history: { age: '1m' } },
    { 'spec.drain.window': WINDOW },
  ),
  bad(
    'a history shorter than the default drain and wait',
    { history: { age: '1s' } },
    { 'spec.connections.retry': RETRY, 'spec.drain.window': WINDOW },
  ),

  bad(
    'durations that are none',
    {
      connections: { maxAge: '1 hour', heartbeat: '15', retry: '-1s' },
      history: { age: '' },
      drain: { window: '1h30m' },
    },
    {
      'spec.connections.maxAge': written('100ms', '168h'),
      'spec.connections.heartbeat': written('50ms', '10m'),
      'spec.connections.retry': written('0s', '1h'),
      'spec.history.age': written('50ms', '168h'),
      'spec.drain.window': written('0s', '1h'),
    },
  ),
  bad(
    'a duration of more nanoseconds than can be counted',
    { connections: { maxAge: '999999999h' } },
    { 'spec.connections.maxAge': written('100ms', '168h') },
  ),

  bad('another kind of target', targetRef({ kind: 'StatefulSet' }), {
    'spec.targetRef.kind': /"Deployment"/,
  }),
  good('a target with dots', targetRef({ name: 'a.b-c' })),
  bad('a target that cannot exist', targetRef({ name: 'Run_nel' }), {
    'spec.targetRef.name': NAME,
  }),
  bad('a target without a name', targetRef({ name: '' }), { 'spec.targetRef.name': NAME }),
  bad(
    'an unknown provider',
    { scaling: { provider: 'Magic' } },
    { 'spec.scaling.provider': /Auto/ },
  ),
  bad(
    'no pod, and too many',
    { scaling: { minReplicas: 0, maxReplicas: 501 } },
    { 'spec.scaling.minReplicas': /\b1$/, 'spec.scaling.maxReplicas': /\b500$/ },
  ),
  bad('text for a number', { history: { events: '1000' } }, { 'spec.history.events': /string/ }),
]

function good(title: string, spec: SpecCase['spec']): SpecCase {
  return { title, spec, problems: {} }
}

function bad(title: string, spec: SpecCase['spec'], problems: SpecCase['problems']): SpecCase {
  return { title, spec, problems }
}

function targetRef(fields: object): SpecCase['spec'] {
  return { targetRef: { name: 'runnel', ...fields } }
}
