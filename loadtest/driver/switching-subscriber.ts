import type { Pool } from 'undici'
import type { DecodedEvent } from '../../src/wire/decode.ts'
import { monotonicNow } from './monotonic-clock.ts'
import { PollSubscriber } from './poll-subscriber.ts'
import { AT_ONCE } from './reading-pace.ts'
import { StreamSubscriber } from './stream-subscriber.ts'
import type { SubscriberObserver } from './subscriber-observer.ts'
import type { Subscriber, SubscriberStart, SubscriberState } from './subscriber.ts'

/** Goes from its stream to polls and back, each time after some events, with the cursor of the last one. */
export class SwitchingSubscriber implements Subscriber {
  readonly #pool: Pool
  #start: SubscriberStart
  readonly #observer: SubscriberObserver
  readonly #eventsUntilSwitch: () => number
  #current: StreamSubscriber | PollSubscriber
  #remaining: number
  #isClosed = false

  /** `eventsUntilSwitch` says after how many further events, system events among them, to go over. */
  constructor(
    pool: Pool,
    start: SubscriberStart,
    observer: SubscriberObserver,
    eventsUntilSwitch: () => number = () => 10 + Math.floor(Math.random() * 190),
  ) {
    this.#pool = pool
    this.#start = start
    this.#observer = observer
    this.#eventsUntilSwitch = eventsUntilSwitch
    this.#remaining = eventsUntilSwitch()
    this.#current = new StreamSubscriber(start, this.#createObserver())
  }

  get state(): SubscriberState {
    return this.#isClosed ? 'closed' : this.#current.state
  }

  async start(): Promise<void> {
    await this.#current.start()
  }

  cut(): void {
    this.#current.cut()
  }

  readAtOnce(): void {
    this.#start = { ...this.#start, reading: AT_ONCE }
    this.#current.readAtOnce()
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#current.close()
    this.#observer.closed(monotonicNow())
  }

  checkSilence(now: number): void {
    this.#current.checkSilence(now)
  }

  #countEvent(): void {
    if (--this.#remaining > 0 || this.#current.state !== 'open') return
    this.#remaining = this.#eventsUntilSwitch()
    this.#current.close()
    const start = { ...this.#start, cursor: this.#current.cursor }
    this.#current =
      this.#current instanceof StreamSubscriber
        ? new PollSubscriber(this.#pool, start, this.#createObserver())
        : new StreamSubscriber(start, this.#createObserver())
    void this.#current.start()
  }

  /** Hands on all but the close of a connection that the subscriber goes over from. */
  #createObserver(): SubscriberObserver {
    const observer = this.#observer
    return {
      connecting: (at) => observer.connecting(at),
      answered: (at) => observer.answered(at),
      opened: (at) => observer.opened(at),
      read: (bytes, at) => observer.read(bytes, at),
      event: (event: DecodedEvent) => {
        observer.event(event)
        if (!this.#isClosed) this.#countEvent()
      },
      refused: (reason, at) => observer.refused(reason, at),
      deadEnd: (reason, at) => observer.deadEnd(reason, at),
      connectFailed: (reason, at) => observer.connectFailed(reason, at),
      cut: (reason, at) => observer.cut(reason, at),
      closing: (eventName, reason, at) => observer.closing(eventName, reason, at),
      closed: () => undefined,
    }
  }
}
