import { curve } from '../scenarios/curve.ts'
import { FLASH_CROWD } from '../scenarios/flash-crowd.ts'
import { ROLLING_UPDATE } from '../scenarios/rolling-update.ts'
import { STEP } from '../scenarios/step.ts'
import { WAVE } from '../scenarios/wave.ts'
import type { Sweep } from './sweep.ts'

/** Half as many subscribers more come and stay: nothing but the rebalance moves streams then. */
const GROWTH = {
  ...STEP,
  minutes: 45,
  clients: curve([
    [5, 1],
    [6, 1.5],
  ]),
}

const REBALANCE: Sweep = {
  name: 'rebalance',
  title: 'rebalance: the tolerance and the rate, where half as many subscribers more come and stay',
  heads: ['tolerance', 'a minute'],
  scenario: GROWTH,
  variants: [10, 20, 40].flatMap((tolerancePercent) =>
    [5, 10, 20, 40].map((maxPercentPerMinute) => ({
      label: [`${tolerancePercent} %`, `${maxPercentPerMinute} %`],
      isDefault: tolerancePercent === 20 && maxPercentPerMinute === 10,
      spec: { rebalance: { tolerancePercent, maxPercentPerMinute } },
    })),
  ),
  figures: ['secondsUntilBalanced', 'reconnectsPerClient', 'peakReconnectRate'],
}

const CROWDS = [
  ['+43 %', 1.43],
  ['+100 %', 2],
] as const

const HEAD_ROOM: Sweep = {
  name: 'headRoom',
  title: 'subscribersPerPod: the target as a share of the limit of 1,500, in a flash crowd',
  heads: ['crowd', 'target'],
  scenario: FLASH_CROWD,
  variants: CROWDS.flatMap(([label, crowd]) =>
    [450, 600, 750, 900, 1_050, 1_200].map((target) => ({
      label: [label, `${(target / 15).toFixed(0)} %`],
      isDefault: target === 750,
      // More pods at least than the rule for the loss of one asks for, the same for all targets.
      spec: { subscribersPerPod: { target, limit: 1_500 }, scaling: { minReplicas: 5 } },
      clients: curve([
        [5, 1],
        [5.5, crowd],
      ]),
    })),
  ),
  figures: ['peakLoadPercent', 'refusalsPerClient', 'mostPods'],
}

const STABILIZATION: Sweep = {
  name: 'stabilization',
  title: 'scaleDown.stabilizationSeconds, where the subscribers swing by a third every six minutes',
  heads: ['window'],
  scenario: WAVE,
  variants: [0, 60, 150, 300, 600].map((stabilizationSeconds) => ({
    label: [`${stabilizationSeconds} s`],
    isDefault: stabilizationSeconds === 300,
    spec: { scaling: { scaleDown: { stabilizationSeconds } } },
  })),
  figures: ['resizes', 'reconnectsPerClient', 'peakLoadPercent', 'sparePodMinutes'],
}

const SHRINKING: Sweep = {
  name: 'shrinking',
  title: 'scaleDown.maxPercent, where two thirds of the subscribers leave within seconds',
  heads: ['a minute'],
  scenario: {
    ...STEP,
    minutes: 40,
    clients: curve([
      [5, 1],
      [5.1, 1 / 3],
    ]),
  },
  variants: [10, 25, 50, 100].map((maxPercent) => ({
    label: [`${maxPercent} %`],
    isDefault: maxPercent === 25,
    spec: { scaling: { scaleDown: { maxPercent } } },
  })),
  figures: ['peakReconnectRate', 'reconnectsPerClient', 'peakLoadPercent', 'sparePodMinutes'],
}

const ROLLOUT: Sweep = {
  name: 'rollout',
  title: 'a rolling update: the pods of the fleet, and how the proxy places clients',
  heads: ['pods', 'placement'],
  scenario: ROLLING_UPDATE,
  variants: [3, 8, 20].flatMap((pods) =>
    (['random', 'least-connections'] as const).map((placement) => ({
      label: [String(pods), placement],
      isDefault: false,
      spec: {},
      clients: () => pods * 750,
      placement,
    })),
  ),
  figures: [
    'reconnectsPerClient',
    'peakLoadPercent',
    'refusalsPerClient',
    'peakReconnectRate',
    'lastPods',
  ],
}

export const SWEEPS: readonly Sweep[] = [REBALANCE, HEAD_ROOM, STABILIZATION, SHRINKING, ROLLOUT]
