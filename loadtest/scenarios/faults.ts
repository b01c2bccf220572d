import { ingressReload } from './ingress-reload.ts'
import { podKill } from './pod-kill.ts'
import { redisFailOver } from './redis-fail-over.ts'
import { rollout } from './rollout.ts'
import type { Suite } from './scenario.ts'

export const faults: Suite = {
  name: 'faults',
  story:
    'A rollout, a killed pod, a reload of the ingress and a fail-over of Redis, one after the other, on Runnel and ' +
    'on a naive server in its place. The table shows what each of them lost, and for how long nothing came.',
  scenarios: [rollout, podKill, ingressReload, redisFailOver],
  variants: [undefined, 'naive'],
}
