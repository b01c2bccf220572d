import type { Scenario } from './scenario.ts'
import { PUBLISHES_TAKEN, SERVED_TO_THE_END } from './thresholds.ts'

/** Seconds in which all subscribers come. */
const RAMP = 45
/** Seconds for a step of the autoscaler: it looks every 15 s, and pods start and drain. */
const PATIENCE = 240
/** The fleet must at least grow to so many pods. */
const GROWN = 3
/** Of the subscribers, those who stay when the others leave: few enough for one pod. */
const SHARE_STAYING = 0.1

export const autoscale: Scenario = {
  name: 'autoscale',
  story:
    'Subscribers come through the ingress, and the autoscaler follows them: from one pod to several and back to one. Streams are moved to new pods and away from those that leave, and nothing may be lost.',
  needs: ['autoscaling', 'tracing'],
  defaults: { subscribers: 600, channels: 1, rate: 5, seconds: 60, bytes: 100 },
  // Refusals have no limit: until the fleet has grown, those who find it full are told to come back.
  thresholds: {
    ...SERVED_TO_THE_END,
    ...PUBLISHES_TAKEN,
    announced: 0,
    connectFailures: 0,
    cuts: 0,
    lastPods: 1,
  },
  async run(test) {
    const { subscribers, seconds } = test.amounts
    await test.phase('one pod', async () =>
      test.until('one pod at the start', ({ pods }) => pods === 1, PATIENCE),
    )
    await test.publishWhile(async () => {
      await test.phase('ramp', async () =>
        test.subscribe({ connectsPerSecond: Math.max(1, subscribers / RAMP) }),
      )
      await test.phase('grow', async () =>
        test.until(
          `${GROWN} pods that hold all subscribers`,
          ({ pods = 0, open }) => pods >= GROWN && open >= subscribers,
          PATIENCE,
        ),
      )
      await test.phase('hold', async () => test.sleep(seconds))
      await test.phase('leave', async () =>
        test.unsubscribe(Math.floor(subscribers * (1 - SHARE_STAYING))),
      )
      await test.phase('shrink', async () =>
        test.until('one pod in the end', ({ pods }) => pods === 1, PATIENCE),
      )
    })
  },
}
