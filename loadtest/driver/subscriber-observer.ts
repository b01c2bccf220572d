import type { DecodedEvent } from '../../src/wire/decode.ts'
import type { SubscribeOptions } from './commands.ts'

/**
 * Sees what happens to one subscriber, for each of its connections in this order: `connecting`, `answered`, `opened`;
 * for each read `read`, and then an `event` for each event that it completed (where the first event opens the stream,
 * `opened` comes right before it); at last one of the ends, which may come earlier as well. After an end the
 * subscriber waits and comes back. Nothing comes after `closed`.
 *
 * Times are microseconds of the monotonic clock. In `event`, and nowhere else, an observer may call `cut` or `close` of
 * its subscriber.
 */
export interface SubscriberObserver {
  /** A connection, or the first poll after an end, begins. */
  connecting(at: number): void
  /** The head of an answer came, whatever its status. */
  answered(at: number): void
  /**
   * The subscriber has its place: the first event of a Runnel stream came and was no refusal, an answer with status 200
   * and the right type from any other server, an answer to a poll.
   */
  opened(at: number): void
  /** Bytes of a body came. The events that they complete follow at once, and arrived at this time. */
  read(bytes: number, at: number): void
  /**
   * An event or a system event, `runnel.open`, gaps and closing events among them. An answer to a poll is told in the
   * same words: its gaps are `runnel.gap` with the cursor after them, and the first answer begins with a `runnel.open`
   * that has the cursor alone, where the poll had none. A refusal is the one event that comes before `opened`.
   */
  event(event: DecodedEvent): void

  /** An end: no place now (`runnel.full`, `runnel.drain` in place of `runnel.open`, 503, 429). */
  refused(reason: string, at: number): void
  /** An end: an answer after which a native EventSource would never come back. */
  deadEnd(reason: string, at: number): void
  /** An end: no answer to the request, or one that is no HTTP. */
  connectFailed(reason: string, at: number): void
  /** An end: the stream, or a poll after an answered one, ended without a closing event. */
  cut(reason: string, at: number): void
  /** An end: the stream ended after this closing event. */
  closing(eventName: string, reason: string, at: number): void

  /** The subscriber was closed for good, by its owner. */
  closed(at: number): void
}

/** Makes the observer of a new subscriber. */
export type ObserveSubscriber = (channel: string, options: SubscribeOptions) => SubscriberObserver
