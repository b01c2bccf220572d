import type { HttpObserver } from '../http/http-observer.ts'
import type { HubObserver } from '../hub/hub-observer.ts'

/** An observer of streams and requests, such as the writer of log lines. Every method is optional. */
export interface ServiceObserver extends Partial<HubObserver>, Partial<HttpObserver> {
  /** Called once, after all other calls. */
  close?(): void
}

/**
 * Combines observers into one that calls them in order. An error of one goes to `report`, so that it affects
 * neither the others nor the stream.
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
