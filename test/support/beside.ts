import type { FleetView, PodsCount } from '../../src/capacity/fleet.ts'
import { LonePod } from '../../src/capacity/lone-pod.ts'
import { openShared } from '../../src/cli/open-shared.ts'

/** Another pod that takes whoever is sent away: a client comes back soon. */
export const ROOMY: PodsCount = { pods: 1, subscribers: 0, limit: 100, free: 100 }
export const FULL: PodsCount = { pods: 1, subscribers: 100, limit: 100, free: 0 }

/** For `startTestService`: a pod beside others that have told so much of themselves. */
export function beside(others: PodsCount): typeof openShared {
  return async (loaded, settings, logger) => {
    const shared = await openShared(loaded, settings, logger)
    return { ...shared, fleet: new ToldPod({ kind: 'counted', others }) }
  }
}

class ToldPod extends LonePod {
  override readonly view: FleetView

  constructor(view: FleetView) {
    super()
    this.view = view
  }
}
