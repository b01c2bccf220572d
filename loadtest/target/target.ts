import type { Address } from '../driver/commands.ts'

/** What can be done to a target. */
export type FaultName =
  /** All pods are replaced, one after the other, as an update does. */
  | 'rollout'
  /** One pod is killed without a warning. */
  | 'pod-kill'
  /** The proxy in front reads its configuration anew, and ends its old workers. */
  | 'ingress-reload'
  /** The primary of Redis is killed, and a replica takes over. */
  | 'redis-fail-over'

/** What a scenario may need of a target. */
export type Ability =
  | FaultName
  /** The number of pods follows the subscribers. */
  | 'autoscaling'
  /** Traces are kept where they can be asked for. */
  | 'tracing'

export interface TargetOptions {
  /** What the scenario needs, so that a target that is made for it has it. */
  readonly needs: readonly Ability[]
  /** At most so many streams will be open at once. */
  readonly subscribers: number
  /** Whether what was started for the test stays when it has ended, for people to look at. */
  readonly keeps?: boolean
  readonly tell: (what: string) => void
}

/** A service under load, and what is in front of it. Disposal ends what was started for the test. */
export interface Target extends AsyncDisposable {
  /** For people, such as `3 processes behind nginx 1.22.1`. */
  readonly description: string
  readonly address: Address
  /** Versions of what is tested, by name. */
  readonly versions: Readonly<Record<string, string>>
  readonly abilities: readonly Ability[]
  /** Resolves when it is done, as far as the target can tell. Rejects for an ability that it does not have. */
  fault(name: FaultName): Promise<void>
  /** The state of each process that serves; empty where nothing can be read. Asked once a second. */
  watch(): Promise<FleetSample>
  /** The URL of a trace of a recent publish whose fan-out several pods took part in; undefined if there is none. */
  trace?(): Promise<TraceLink | undefined>
}

/** Where processes of a service tell of themselves. */
export interface AdminListeners {
  readonly urls: readonly string[]
  readonly headers: Readonly<Record<string, string>>
}

export interface TraceLink {
  /** Of Jaeger's page, once the first of the commands runs. */
  readonly url: string
  readonly pods: readonly string[]
  /** What to run for the page, and for the drawing where Jaeger has no page. */
  readonly commands: readonly string[]
  /** The trace as text, which stays when the target is gone. */
  readonly drawing: string
}

/** The fleet at one moment. */
export interface FleetSample {
  readonly servers: readonly ServerSample[]
  /** What the fleet is told to have, where something scales it. */
  readonly replicas: number | undefined
}

/** One process of the service, as it says of itself. What it does not say is undefined. */
export interface ServerSample {
  readonly name: string
  readonly streams: number | undefined
  /** CPU seconds so far. */
  readonly cpu: number | undefined
  /** Bytes. */
  readonly rss: number | undefined
  readonly heap: number | undefined
  /** Seconds spent in garbage collection so far, and the longest pause since the last sample in ms. */
  readonly gc: number | undefined
  /** 99th percentile of the event loop's delay, in ms. */
  readonly loopDelay: number | undefined
  readonly descriptors: number | undefined
}
