import { expect, test } from 'vitest'
import type { AutoscalerSpec } from './autoscaler-spec.ts'
import { HorizontalPodAutoscaler } from './horizontal-pod-autoscaler.ts'

/** What the plan of a fleet writes by default, for a target of 100. */
const SPEC: AutoscalerSpec = {
  minReplicas: 2,
  maxReplicas: 20,
  averageValue: 100,
  scaleUp: {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Percent', value: 100, periodSeconds: 15 },
      { type: 'Pods', value: 4, periodSeconds: 15 },
    ],
  },
  scaleDown: {
    stabilizationWindowSeconds: 300,
    selectPolicy: 'Max',
    policies: [
      { type: 'Percent', value: 25, periodSeconds: 60 },
      { type: 'Pods', value: 1, periodSeconds: 60 },
    ],
  },
}

const WITHOUT_WINDOW: AutoscalerSpec = {
  ...SPEC,
  scaleDown: { ...SPEC.scaleDown, stabilizationWindowSeconds: 0 },
}

/** The replicas after each synchronization, every 15 s, where pods exist as soon as they are asked for. */
function replicasAfter(
  spec: AutoscalerSpec,
  begin: number,
  metrics: readonly (number | undefined)[],
): number[] {
  const autoscaler = new HorizontalPodAutoscaler()
  let replicas = begin
  return metrics.map((metric, index) => {
    const target = { asked: replicas, existing: replicas }
    replicas = autoscaler.synchronize(1_000 + 15 * index, spec, target, metric)
    return replicas
  })
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)

// Worked out by hand from the rules of Kubernetes, not from this code.
test.for<[rule: string, begin: number, metrics: (number | undefined)[], replicas: number[]]>([
  ['10 % above the target is within the tolerance', 10, [1_100], [10]],
  ['11 % above the target is not: ceil(1,110 / 100)', 10, [1_110], [12]],
  ['a remainder calls for a whole pod: ceil(1,201 / 100)', 10, [1_201], [13]],
  ['four pods may come within 15 s where that is more than double', 2, [1_000], [6]],
  ['the number may double within 15 s where that is more than four', 8, [2_000], [16]],
  ['growth goes on in the next period', 2, [2_000, 2_000, 2_000], [6, 12, 20]],
  ['the bounds hold: at most 20', 15, [9_000], [20]],
  ['above the most it is brought down at once, whatever the metric', 30, [3_000], [20]],
  ['below the least it is brought up at once, without a metric too', 1, [undefined], [2]],
  ['an unknown metric changes nothing', 5, [undefined, undefined], [5, 5]],
  ['zero pods switch it off', 0, [1_000], [0]],
  ['the replicas at the start count for the window of shrinking', 8, times(20, 200), times(20, 8)],
  [
    'after the window a quarter of the pods goes each minute, rounded up, and at least one',
    8,
    times(33, 200),
    [...times(20, 8), ...times(4, 6), ...times(4, 4), ...times(4, 3), 2],
  ],
  [
    'a higher recommendation within the window holds the pods that it called for',
    8,
    [800, ...times(4, 200), 600, ...times(20, 200)],
    // The 6 of 75 s counts until 375 s; without it the next quarter would go at 360 s.
    [...times(20, 8), ...times(5, 6), 4],
  ],
])('%s', ([, begin, metrics, replicas]) => {
  expect(replicasAfter(SPEC, begin, metrics)).toEqual(replicas)
})

test.for<
  [rule: string, spec: AutoscalerSpec, begin: number, metrics: number[], replicas: number[]]
>([
  [
    'a quarter of three is rounded up to one, and the least of two is kept',
    WITHOUT_WINDOW,
    3,
    times(6, 100),
    times(6, 2),
  ],
  [
    'what was removed within the period counts: 12 − 3, and the next quarter of 9 a minute later',
    WITHOUT_WINDOW,
    12,
    times(6, 200),
    [9, 9, 9, 9, 6, 6],
  ],
  [
    'growth within the period of shrinking does not count as a start: 75 % of 20 − 4',
    WITHOUT_WINDOW,
    16,
    [1_600, 2_000, 200],
    [16, 20, 12],
  ],
  [
    'growth older than its own period is forgotten with the next: 75 % of 20 − 4, not of 20 − 12',
    WITHOUT_WINDOW,
    8,
    [1_600, 1_600, 2_000, 200],
    [16, 16, 20, 12],
  ],
  [
    'a window for growing takes the least that was recommended',
    { ...SPEC, scaleUp: { ...SPEC.scaleUp, stabilizationWindowSeconds: 30 } },
    4,
    [800, 800, 800, 800],
    [4, 4, 8, 8],
  ],
  [
    'the policy with the least change wins where Min is selected',
    { ...SPEC, scaleUp: { ...SPEC.scaleUp, selectPolicy: 'Min' } },
    2,
    [2_000, 2_000],
    [4, 8],
  ],
  [
    'nothing shrinks where that is disabled',
    { ...WITHOUT_WINDOW, scaleDown: { ...WITHOUT_WINDOW.scaleDown, selectPolicy: 'Disabled' } },
    8,
    [200, 200],
    [8, 8],
  ],
])('%s', ([, spec, begin, metrics, replicas]) => {
  expect(replicasAfter(spec, begin, metrics)).toEqual(replicas)
})

test('the metric is divided by the pods that exist, not by those that are asked for', () => {
  const autoscaler = new HorizontalPodAutoscaler()
  // 900 / 100 on 8 pods is 12.5 % above the target, on 9 pods it is the target.
  expect(autoscaler.synchronize(0, SPEC, { asked: 9, existing: 8 }, 900)).toBe(9)
  expect(autoscaler.synchronize(15, SPEC, { asked: 9, existing: 8 }, 1_300)).toBe(13)
})

test('within the tolerance the pods of a surge become replicas, since they exist', () => {
  const autoscaler = new HorizontalPodAutoscaler()
  // 1,000 / 100 on 11 pods is 9.1 % below the target.
  expect(autoscaler.synchronize(0, SPEC, { asked: 10, existing: 11 }, 1_000)).toBe(11)
})

test('a tolerance of its own replaces that of the cluster', () => {
  const autoscaler = new HorizontalPodAutoscaler()
  const exact = { ...SPEC, scaleDown: { ...SPEC.scaleDown, tolerance: 0 } }
  expect(autoscaler.synchronize(0, exact, { asked: 10, existing: 11 }, 1_000)).toBe(10)
})

test('a metric that fails shows in the status, and the desired number stays', () => {
  const autoscaler = new HorizontalPodAutoscaler()
  autoscaler.synchronize(0, SPEC, { asked: 4, existing: 4 }, 800)
  autoscaler.synchronize(15, SPEC, { asked: 8, existing: 8 }, undefined)

  expect(autoscaler.status).toEqual({
    currentReplicas: 8,
    desiredReplicas: 8,
    conditions: [
      { type: 'AbleToScale', status: 'True' },
      { type: 'ScalingActive', status: 'False' },
    ],
  })
})
