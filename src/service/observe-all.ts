import type { HttpObserver } from '../http/http-observer.ts'
import type { HubObserver } from '../hub/hub-observer.ts'

/** An observer of streams and requests, such as the writer of log lines. Every method is optional. */
export interface ServiceObserver
  extends Partial<Omit<HubObserver, 'refused'>>, Partial<HttpObserver> {
  /** Called once, after all other calls. */
  close?(): void
}

/**
 * Combines observers into one that calls them in order. An error of one, thrown or of a promise that it
 * returned, goes to `report`, so that it affects neither the others nor the stream.
 */
export function observeAll(
  observers: readonly ServiceObserver[],
  report: (error: unknown) => void,
): Required<ServiceObserver> {
  const tell = (call: (observer: ServiceObserver) => unknown) => {
    for (const observer of observers) {
      try {
        const result = call(observer)
        // An async function has the type of a method that returns nothing.
        if (result instanceof Promise) {
          result.catch(report)
        }
      } catch (error) {
        report(error)
      }
    }
  }
  return {
    opened: (stream) => tell((each) => each.opened?.(stream)),
    caughtUp: (stream) => tell((each) => each.caughtUp?.(stream)),
    gapped: (stream, gaps) => tell((each) => each.gapped?.(stream, gaps)),
    received: (channel, events) => tell((each) => each.received?.(channel, events)),
    fannedOut: (duration) => tell((each) => each.fannedOut?.(duration)),
    closed: (stream, reason, error) => tell((each) => each.closed?.(stream, reason, error)),
    refused: (what, reason, request) => tell((each) => each.refused?.(what, reason, request)),
    dropped: (count) => tell((each) => each.dropped?.(count)),
    published: (publish) => tell((each) => each.published?.(publish)),
    answered: (answer) => tell((each) => each.answered?.(answer)),
    polled: (poll) => tell((each) => each.polled?.(poll)),
    failed: (error) => tell((each) => each.failed?.(error)),
    close: () => tell((each) => each.close?.()),
  }
}
