import type { FleetView, PodsCount } from '../../src/capacity/fleet.ts'
import { LocalFleet } from '../../src/capacity/local-fleet.ts'
import { openLogAndFleet } from '../../src/service/open-log-and-fleet.ts'

/** One other pod with room for streams. */
export const ROOMY: PodsCount = { pods: 1, subscribers: 0, limit: 100, free: 100 }
/** One other pod, which is full. */
export const FULL: PodsCount = { pods: 1, subscribers: 100, limit: 100, free: 0 }

/** For `startTestService`: the pod knows other pods with these counts. */
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
