import type { PublishOptions, SubscribeOptions } from '../driver/commands.ts'
import type { Figures } from '../figures.ts'
import type { Ability, FaultName } from '../target/target.ts'

/** What the command line may set; a scenario has its own defaults. */
export interface Amounts {
  readonly subscribers: number
  readonly channels: number
  /** Events a second, over all channels. */
  readonly rate: number
  /** Seconds of the main part. */
  readonly seconds: number
  /** Bytes of an event's data. */
  readonly bytes: number
}

/** The most that figures may be, by their names. What is left out is shown, and not judged. */
export type Thresholds = Partial<Record<keyof Figures, number>>

/** One way of loading a server, with what it must stand. */
export interface Scenario {
  /** For the command line. */
  readonly name: string
  /** What is done, and what one learns from it, in a sentence or two. */
  readonly story: string
  /** What the target must offer besides streams and publishes. */
  readonly needs: readonly Ability[]
  /** With fewer, one of its kinds of subscribers would be left out: the command refuses that. */
  readonly leastSubscribers?: number
  readonly defaults: Amounts
  /** A function where what the server may do depends on how much it is asked for. */
  readonly thresholds: Thresholds | ((amounts: Amounts) => Thresholds)
  readonly run: (test: LoadTest) => Promise<void>
}

/** Scenarios that one command runs in a row, on each variant of the service. */
export interface Suite {
  /** For the command line. */
  readonly name: string
  readonly story: string
  readonly scenarios: readonly Scenario[]
  readonly variants: readonly Variant[]
}

/** Undefined: Runnel. `naive`: a control that replays and repairs nothing, and is expected to lose events. */
export type Variant = 'naive' | undefined

/** The running test, as a scenario sees it. Each method throws an abort error once the run is interrupted. */
export interface LoadTest {
  readonly amounts: Amounts
  /** Opens subscribers; what is left out is: all of `amounts.subscribers`, streams, reading at once, from the top. */
  subscribe(options?: Partial<SubscribeOptions>): Promise<void>
  unsubscribe(count: number): Promise<void>
  /** Cuts this share (0 to 1) of the streams, all at once. */
  cut(share: number): Promise<void>
  /** Those that read slowly or never read all that comes from here on; they are owed what they have not read so far. */
  readAtOnce(): Promise<void>
  /** Publishes by `amounts`, unless told otherwise; resolves at the end. */
  publish(options?: Partial<PublishOptions>): Promise<void>
  /** Publishes so many events to each channel, as fast as they are answered. */
  publishAtOnce(events: number): Promise<void>
  /** Publishes while the action runs, and ends after it. */
  publishWhile(action: () => Promise<void>, options?: Partial<PublishOptions>): Promise<void>
  /** A part with a name, which the report marks on its plots. */
  phase<T>(name: string, action: () => Promise<T>): Promise<T>
  /** Does to the target what the name says; resolves when the target says it is done. */
  fault(name: FaultName): Promise<void>
  /** Resolves when the condition holds for the figures and the fleet so far, which are looked at each second. */
  until(what: string, condition: (now: Now) => boolean, limitSeconds: number): Promise<void>
  /** The states of so many seconds from the call on; fewer, if one of them is enough. */
  watch(seconds: number, isEnough?: (now: Now) => boolean): Promise<readonly Now[]>
  /** The same seconds, with what came in all of them together. */
  measure(seconds: number, isEnough?: (now: Now) => boolean): Promise<Measurement>
  sleep(seconds: number): Promise<void>
  /** A sentence for the report: a finding that no figure says. */
  note(text: string): void
}

/** The state of the run in its last second. */
export interface Now {
  readonly open: number
  readonly waiting: number
  /** So far, of subscribers that read slowly: streams that ended unannounced, and gaps that were told. */
  readonly slowCuts: number
  readonly slowGaps: number
  /** Streams that found no place in this second. */
  readonly refusals: number
  /** Pods that serve, where the target can tell. */
  readonly pods: number | undefined
  /** Of the busiest driver, as a share of a core. */
  readonly driverCpu: number
  /** Seconds since a driver told its tally, which it does each second unless it has too much to read. */
  readonly driverSilence: number
  /** Bytes, of all drivers, and of all processes that serve where they tell. */
  readonly driverRss: number
  readonly serverRss: number | undefined
  readonly serverHeap: number | undefined
  /** Of the memory of this machine, 0 to 1. */
  readonly freeMemory: number
}

/** Some seconds of the run. */
export interface Measurement {
  readonly states: readonly Now[]
  /** Of all deliveries, in ms; undefined without any. */
  readonly deliveryP99: number | undefined
  /** What came, as a share of what was due for all subscribers that were asked for, 0 to 1. */
  readonly deliveredShare: number
}
