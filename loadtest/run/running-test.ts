import { setTimeout as wait } from 'node:timers/promises'
import type { PublishOptions, SubscribeOptions } from '../driver/commands.ts'
import type { Progress, Span } from '../report/progress.ts'
import type { Phase } from '../report/result.ts'
import type { Amounts, LoadTest, Measurement, Now } from '../scenarios/scenario.ts'
import type { FaultName, Target } from '../target/target.ts'
import type { DriverGroup } from './driver-group.ts'
import { deliveredShareOf, nowOf } from './measurement.ts'
import type { Recording } from './recording.ts'
import { untilAborted } from '../driver/until-aborted.ts'

/** Seconds of a publish that is ended by a command. */
const UNTIL_STOPPED = 24 * 60 * 60

export interface RunningTestOptions {
  readonly amounts: Amounts
  readonly drivers: DriverGroup
  readonly target: Pick<Target, 'fault'>
  readonly recording: Recording
  readonly progress: Pick<Progress, 'phase' | 'note'>
  readonly signal: AbortSignal
}

/** What a scenario does, done by the drivers and the target. */
export class RunningTest implements LoadTest {
  readonly phases: Phase[] = []
  readonly faults: Phase[] = []
  readonly notes: string[] = []
  readonly #options: RunningTestOptions
  #step: Span | undefined
  #subscribers = 0

  constructor(options: RunningTestOptions) {
    this.#options = options
  }

  /** What goes on, where its length can be told. */
  get step(): Span | undefined {
    return this.#step
  }

  get amounts(): Amounts {
    return this.#options.amounts
  }

  async subscribe(options: Partial<SubscribeOptions> = {}): Promise<void> {
    const all: SubscribeOptions = {
      count: this.amounts.subscribers,
      kind: 'stream',
      reading: { kind: 'at-once' },
      from: 'latest',
      ...options,
    }
    this.#subscribers += all.count
    await this.#unlessAborted(() => this.#options.drivers.subscribe(all))
  }

  async unsubscribe(count: number): Promise<void> {
    this.#subscribers -= count
    await this.#unlessAborted(() => this.#options.drivers.unsubscribe(count))
  }

  async cut(share: number): Promise<void> {
    const count = Math.round(this.#subscribers * share)
    await this.#unlessAborted(() => this.#options.drivers.cut(count))
  }

  async readAtOnce(): Promise<void> {
    await this.#unlessAborted(() => this.#options.drivers.readAtOnce())
  }

  async publish(options: Partial<PublishOptions> = {}): Promise<void> {
    const { rate, seconds, bytes } = { ...this.amounts, ...options }
    const publish = async () =>
      this.#unlessAborted(() => this.#options.drivers.publish({ rate, seconds, bytes }))
    await (seconds === UNTIL_STOPPED ? publish() : this.#lasting(seconds, publish))
  }

  async publishAtOnce(events: number): Promise<void> {
    const { bytes } = this.amounts
    await this.#unlessAborted(() => this.#options.drivers.publishAtOnce(events, bytes))
  }

  async publishWhile(
    action: () => Promise<void>,
    options: Partial<PublishOptions> = {},
  ): Promise<void> {
    const publishing = this.publish({ ...options, seconds: UNTIL_STOPPED })
    await Promise.race([action(), publishing])
    this.#options.drivers.stopPublishing()
    await publishing
  }

  async phase<T>(name: string, action: () => Promise<T>): Promise<T> {
    this.#options.progress.phase(name)
    return this.#timed(this.phases, name, action)
  }

  async fault(name: FaultName): Promise<void> {
    await this.#timed(this.faults, name, () =>
      this.#unlessAborted(() => this.#options.target.fault(name)),
    )
  }

  async until(what: string, condition: (now: Now) => boolean, limitSeconds: number): Promise<void> {
    const { nextSecond } = this.#options.recording
    const states = await this.#watch(nextSecond, limitSeconds, condition)
    const last = states.at(-1)
    if (last === undefined || !condition(last)) {
      throw new Error(`expected ${what} within ${limitSeconds} s`)
    }
  }

  async watch(
    seconds: number,
    isEnough: (now: Now) => boolean = () => false,
  ): Promise<readonly Now[]> {
    const { nextSecond } = this.#options.recording
    return this.#lasting(seconds, async () => this.#watch(nextSecond, seconds, isEnough))
  }

  async measure(
    seconds: number,
    isEnough: (now: Now) => boolean = () => false,
  ): Promise<Measurement> {
    const { recording } = this.#options
    const first = recording.nextSecond
    const sum = recording.sumOf(first, seconds)
    const states = await this.#lasting(seconds, async () => this.#watch(first, seconds, isEnough))
    const deliveredShare = deliveredShareOf(sum.counts, this.#subscribers / this.amounts.channels)
    return { states, deliveryP99: sum.percentile('delivery', 99), deliveredShare }
  }

  /** From a second on that has not begun: earlier ones would show a state from before the scenario changed it. */
  async #watch(
    first: number,
    seconds: number,
    isEnough: (now: Now) => boolean,
  ): Promise<readonly Now[]> {
    const { recording } = this.#options
    let next = first
    const states: Now[] = []
    while (states.length < seconds) {
      const second = recording.seconds[next]
      if (second === undefined) {
        await this.#unlessAborted(() => recording.nextSeconds())
        continue
      }
      next++
      const state = nowOf(second, recording)
      states.push(state)
      if (isEnough(state)) break
    }
    return states
  }

  async sleep(seconds: number): Promise<void> {
    const { signal } = this.#options
    await this.#lasting(seconds, async () =>
      this.#unlessAborted(() => wait(seconds * 1_000, undefined, { signal })),
    )
  }

  note(text: string): void {
    this.notes.push(text)
    this.#options.progress.note(text)
  }

  async #lasting<T>(seconds: number, action: () => Promise<T>): Promise<T> {
    const from = this.#options.recording.elapsed
    this.#step = { from, to: from + seconds }
    try {
      return await action()
    } finally {
      this.#step = undefined
    }
  }

  async #timed<T>(into: Phase[], name: string, action: () => Promise<T>): Promise<T> {
    const { recording } = this.#options
    const from = recording.elapsed
    try {
      return await action()
    } finally {
      into.push({ name, from, to: recording.elapsed })
    }
  }

  async #unlessAborted<T>(action: () => Promise<T>): Promise<T> {
    const { signal } = this.#options
    signal.throwIfAborted()
    return untilAborted(signal, action())
  }
}
