import type { HubObserver } from '../../src/hub/hub-observer.ts'

/** Observes nothing. */
export const NO_OBSERVER: HubObserver = {
  opened: () => {},
  caughtUp: () => {},
  gapped: () => {},
  received: () => {},
  fannedOut: () => {},
  closed: () => {},
  refused: () => {},
}
