/** What is asked of a fleet, and what it runs on. */
export interface Workload {
  readonly subscribers: number
  readonly channels: number
  /** Published a second, in all channels together, and as many in each. */
  readonly events: number
  readonly eventBytes: number
  readonly target: number
  readonly limit: number
  /** Events kept in each channel, and for how many seconds. */
  readonly historyEvents: number
  readonly historyAge: number
  readonly podsPerNode: number
  readonly zones: number
  /** Pods that a rolling update adds before it removes any. */
  readonly surge: number
  /** Seconds over which a pod that leaves closes its streams. */
  readonly drainWindow: number
  /** Seconds until a new pod takes clients. */
  readonly startTime: number
  /** Seconds that a client waits after a cut, scattered over 50 to 150 %. */
  readonly retry: number
  /** Percent of a core that a pod or a Redis server should use at most. */
  readonly corePercent: number
  /** Bytes that a Redis server should hold at most. */
  readonly shardBytes: number
}
