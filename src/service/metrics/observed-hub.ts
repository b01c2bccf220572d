import type { Hub } from '../../hub/hub.ts'
import type { ObservedHub } from './observed-parts.ts'

/** The numbers of a hub, with zeros for those that it does not count. */
export function observedHub(hub: Hub & Partial<ObservedHub>): ObservedHub {
  return {
    get channels() {
      return hub.channels
    },
    get delivered() {
      return hub.delivered
    },
    get replayed() {
      return hub.replayed ?? 0
    },
    get droppedEvents() {
      return hub.droppedEvents ?? 0
    },
    get sentBytes() {
      return hub.sentBytes ?? 0
    },
    bufferedBytes: () => hub.bufferedBytes?.() ?? { total: 0, max: 0 },
    subscriptions: () => hub.subscriptions?.() ?? [],
  }
}
