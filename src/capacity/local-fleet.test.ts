import { describeFleet } from './fleet.suite.ts'
import { LocalFleet } from './local-fleet.ts'

describeFleet('the fleet of one pod', async () => {
  const fleet = new LocalFleet()
  return {
    startPod: async () => ({ fleet, crash: () => {}, [Symbol.asyncDispose]: async () => {} }),
    [Symbol.asyncDispose]: async () => fleet.close(),
  }
})
