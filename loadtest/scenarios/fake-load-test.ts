import type { SubscribeOptions } from '../driver/commands.ts'
import type { Amounts, LoadTest, Measurement, Now } from './scenario.ts'

export const CALM: Now = {
  open: Number.POSITIVE_INFINITY,
  waiting: 0,
  slowCuts: 0,
  slowGaps: 0,
  refusals: 0,
  pods: undefined,
  driverCpu: 0.5,
  driverSilence: 1,
  driverRss: 2 ** 27,
  serverRss: undefined,
  serverHeap: undefined,
  freeMemory: 0.5,
}

/** All subscribers are there, and get what is due without delay. */
export const GOOD: Measurement = { states: [CALM, CALM], deliveryP99: 5, deliveredShare: 1 }

/** A load test of a server that is as good as a test says. Nothing takes time. */
export class FakeLoadTest implements LoadTest {
  readonly amounts: Amounts
  readonly notes: string[] = []
  readonly opened: Partial<SubscribeOptions>[] = []
  /** Events that were published at once, over all channels. */
  backlog = 0
  /** Seconds that were measured. */
  seconds = 0
  readonly #measure: (subscribers: number) => Measurement

  constructor(amounts: Amounts, measure: (subscribers: number) => Measurement = () => GOOD) {
    this.amounts = amounts
    this.#measure = measure
  }

  async subscribe(options: Partial<SubscribeOptions> = {}): Promise<void> {
    this.opened.push({ count: this.amounts.subscribers, ...options })
  }

  get subscribers(): number {
    return this.opened.reduce((all, { count = 0 }) => all + count, 0)
  }

  async measure(_seconds: number, isEnough = (_now: Now) => false): Promise<Measurement> {
    const measurement = this.#measure(this.subscribers)
    const last = measurement.states.findIndex(isEnough)
    const states = last < 0 ? measurement.states : measurement.states.slice(0, last + 1)
    this.seconds += states.length
    return { ...measurement, states }
  }

  async watch(): Promise<readonly Now[]> {
    return this.#measure(this.subscribers).states
  }

  async publishWhile(action: () => Promise<void>): Promise<void> {
    await action()
  }

  async phase<T>(_name: string, action: () => Promise<T>): Promise<T> {
    return action()
  }

  note(text: string): void {
    this.notes.push(text)
  }

  async unsubscribe(): Promise<void> {}
  async cut(): Promise<void> {}
  async readAtOnce(): Promise<void> {}
  async publish(): Promise<void> {}
  async publishAtOnce(events: number): Promise<void> {
    this.backlog += events * this.amounts.channels
  }
  async fault(): Promise<void> {}
  async until(): Promise<void> {}
  async sleep(): Promise<void> {}
}
