import { setImmediate } from 'node:timers/promises'
import type {
  Judgement,
  Published,
  PublishOptions,
  SeenChannel,
  SubscribeOptions,
} from '../driver/commands.ts'
import { emptyJudgement } from '../driver/judgement-sum.ts'
import { byHistogram, NO_COUNTS, type EncodedHistogram, type Tally } from '../driver/tally.ts'
import type { Driver, DriverEvents } from './driver.ts'
import { monotonicSeconds } from './monotonic-seconds.ts'

/** A driver without a process and without a server, for tests: all succeeds at once, but a publish lasts until `stop`. */
export class FakeDriver implements Driver {
  readonly events: DriverEvents
  channels: readonly string[] = []
  subscribers = 0
  stops = 0
  judgement: Judgement = { ...emptyJudgement(), owed: 10 }
  /** What its subscribers know, and what it was told that others know. */
  seen: readonly SeenChannel[] = []
  seenByOthers: readonly SeenChannel[] = []
  /** As if events were missing. */
  judgesUntilStop = false
  #isBusy = false
  #stop = () => {}

  constructor(events: DriverEvents) {
    this.events = events
  }

  async prepare({ channels }: Parameters<Driver['prepare']>[0]): Promise<void> {
    this.channels = channels
  }

  async subscribe({ count }: SubscribeOptions): Promise<void> {
    this.subscribers += count
    this.tell({})
  }

  async unsubscribe(count: number): Promise<void> {
    this.subscribers -= count
    this.tell({})
  }

  async cut(): Promise<void> {}

  async readAtOnce(): Promise<void> {}

  async publish(_options: PublishOptions): Promise<void> {
    this.#isBusy = true
    await this.#untilStop()
    // A process answers later than it is told.
    await setImmediate()
    this.#isBusy = false
  }

  async publishAtOnce(): Promise<void> {}

  async published(): Promise<Published> {
    if (this.#isBusy) throw new Error('expected one command at a time')
    return { channels: [] }
  }

  async awaitEvents(): Promise<readonly SeenChannel[]> {
    if (this.judgesUntilStop) await this.#untilStop()
    return this.seen
  }

  async judge(
    _published: Published,
    limit: number,
    seen: readonly SeenChannel[] = [],
  ): Promise<Judgement> {
    if (this.judgesUntilStop && limit > 0) await this.#untilStop()
    this.seenByOthers = seen
    return this.judgement
  }

  stop(): void {
    this.stops++
    this.#stop()
  }

  async #untilStop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#stop = resolve
    })
  }

  /** Sends a tally with these counts. */
  tell(
    counts: Partial<Tally['counts']>,
    reasons: Tally['reasons'] = {},
    delivery: EncodedHistogram = [],
  ): void {
    this.events.onTally({
      at: monotonicSeconds(),
      seconds: 1,
      gauges: { subscribers: this.subscribers, open: this.subscribers, waiting: 0 },
      counts: { ...NO_COUNTS, ...counts },
      reasons,
      histograms: byHistogram((name) => (name === 'delivery' ? delivery : [])),
      driver: { cpu: 0.25, loopDelay: 0, rss: 2 ** 20 },
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}
