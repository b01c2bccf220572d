import type { HttpObserver } from '../http/http-observer.ts'
import type { HubObserver } from '../hub/hub-observer.ts'

/** Told what happens in the service, as far as it asks: log lines, later traces and metrics. */
export interface ServiceObserver extends Partial<HubObserver>, Partial<HttpObserver> {
  /** Nothing more will happen. */
  close?(): void
}

/**
 * Several observers as one, told in this order. What one of them throws goes to `report`: neither the others
 * nor the stream may suffer from it.
 */
export function observeAll(
  observers: readonly ServiceObserver[],
  report: (error: unknown) => void,
): Required<ServiceObserver> {
  const tell = (call: (observer: ServiceObserver) => void) => {
    for (const observer of observers) {
      try {
        call(observer)
      } catch (error) {
        report(error)
      }
    }
  }
  return {
    opened: (stream) => tell((each) => each.opened?.(stream)),
    closed: (stream, reason, error) => tell((each) => each.closed?.(stream, reason, error)),
    refused: (what, reason, request) => tell((each) => each.refused?.(what, reason, request)),
    dropped: (count) => tell((each) => each.dropped?.(count)),
    published: (publish) => tell((each) => each.published?.(publish)),
    polled: (poll) => tell((each) => each.polled?.(poll)),
    failed: (error) => tell((each) => each.failed?.(error)),
    close: () => tell((each) => each.close?.()),
  }
}
