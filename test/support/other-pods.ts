import type { FleetView, PodsCount } from '../../src/capacity/fleet.ts'
import { LocalFleet } from '../../src/capacity/local-fleet.ts'
import { openLogAndFleet } from '../../src/service/open-log-and-fleet.ts'

/** Another pod that takes whoever is sent away: a client comes back soon. */
export const ROOMY: PodsCount = { pods: 1, subscribers: 0, limit: 100, free: 100 }
export const FULL: PodsCount = { pods: 1, subscribers: 100, limit: 100, free: 0 }

/** For `startTestService`: a pod beside others that have told so much of themselves. */
export function beside(others: PodsCount): typeof openLogAndFleet {
  return async (loaded, settings, logger) => {
    const shared = await openLogAndFleet(loaded, settings, logger)
    return { ...shared, fleet: new PodBesideOthers({ kind: 'counted', others }) }
  }
}

class PodBesideOthers extends LocalFleet {
  override readonly view: FleetView

  constructor(view: FleetView) {
    super()
    this.view = view
  }
}
