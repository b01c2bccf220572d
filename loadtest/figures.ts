/** What a run is judged by. Times are in ms. Undefined: it was not measured. */
export interface Figures {
  /** Deliveries that subscribers had a right to, of which none may be lost. */
  readonly owed: number | undefined
  readonly lost: number | undefined
  readonly duplicated: number | undefined
  readonly reordered: number | undefined
  readonly corrupted: number | undefined
  readonly falseGaps: number | undefined
  /** Gaps that subscribers were told of, and the events within their bounds, over all subscribers. */
  readonly gaps: number
  readonly announced: number | undefined
  /** Events that subscribers asked for by an early start and did not get, which the server may not have kept. */
  readonly notReplayed: number | undefined
  readonly deliveries: number
  readonly deliveryP50: number | undefined
  readonly deliveryP99: number | undefined
  readonly deliveryP999: number | undefined
  readonly deliveryMax: number | undefined
  /** Percent of the deliveries that something on the way held back. */
  readonly heldBackPercent: number
  /** Of these, those that waited for an event which was due even 200 ms later. */
  readonly heldBackLongPercent: number
  /** From a subscriber's first attempt to its place, attempts that failed included. */
  readonly connectP50: number | undefined
  readonly connectP99: number | undefined
  readonly firstEventP99: number | undefined
  /** From a subscriber's attempt to the last event that was due before it got its place. */
  readonly caughtUpP50: number | undefined
  readonly caughtUpP99: number | undefined
  readonly caughtUpMax: number | undefined
  readonly publishP99: number | undefined
  /** From the end of a stream to the next event of its subscriber. */
  readonly outageP99: number | undefined
  /** The longest time in which a subscriber got nothing, though events were due. */
  readonly worstPause: number | undefined
  /** Subscribers that got nothing in the end, though events of their channel were due. */
  readonly silentAtEnd: number | undefined
  readonly reconnects: number
  /** Streams that ended unannounced, and those that the server ended with `runnel.fault`, `drain` and `expire`. */
  readonly cuts: number
  readonly faults: number
  readonly drains: number
  readonly expiries: number
  readonly refusals: number
  /** Answers that end a native EventSource for good. */
  readonly deadEnds: number
  readonly connectFailures: number
  readonly refusedPublishes: number
  readonly unknownPublishes: number
  /** Most subscribers that had an open stream at once. */
  readonly mostOpen: number
  /** Of the server: the fullest or busiest of its processes. CPU in percent of a core, memory in MiB. */
  readonly serverCpuPercent: number | undefined
  readonly serverRss: number | undefined
  readonly serverHeap: number | undefined
  readonly serverLoopDelay: number | undefined
  readonly serverGcPercent: number | undefined
  readonly serverDescriptors: number | undefined
  readonly mostPods: number | undefined
  readonly lastPods: number | undefined
  /** Of the drivers: the busiest. Over 80 percent they may have been the limit. */
  readonly driverCpuPercent: number
  /** How late a driver was at most: times that drivers measure are longer by up to this. */
  readonly driverLoopDelay: number
  readonly driverRss: number
}
