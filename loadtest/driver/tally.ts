/** What a driver counted since its last tally. */
export interface Tally {
  /** The end of the interval, in seconds of the monotonic clock that all processes of the machine share. */
  readonly at: number
  /** The interval's length, in seconds. */
  readonly seconds: number
  readonly gauges: Gauges
  readonly counts: Counts
  readonly reasons: Reasons
  readonly histograms: Readonly<Record<HistogramName, EncodedHistogram>>
  readonly driver: DriverLoad
}

/** States at the end of the interval. */
export interface Gauges {
  /** Subscribers that were asked for and not closed. */
  readonly subscribers: number
  /** Of these, those with an open stream or a poll under way. */
  readonly open: number
  /** Of these, those that wait before they come back. */
  readonly waiting: number
}

export interface Counts {
  /** Events that the publisher sent, each when it was due, whatever became of those before. */
  readonly due: number
  readonly published: number
  /** Publishes that the server refused. */
  readonly refusedPublishes: number
  /** Publishes whose outcome is unknown: no answer, or one that does not say. */
  readonly unknownPublishes: number
  /** Without repeats. */
  readonly deliveries: number
  readonly bytes: number
  /** First places of subscribers: opened streams, and first polls. */
  readonly connects: number
  /** Opened again after an end. Going over from a stream to polls or back is none. */
  readonly reconnects: number
  /** Ends of a stream that no closing event announced: what a cut, a killed pod or a reload looks like. */
  readonly cuts: number
  /** The same of subscribers that read slowly on purpose: a server does so, and no other may have to pay for it. */
  readonly slowCuts: number
  /** Streams that ended with `runnel.fault`, or with another closing event that has no count here. */
  readonly faults: number
  /** Streams that ended with `runnel.drain`: the pod was leaving, or shed load. */
  readonly drains: number
  /** Streams that ended with `runnel.expire`: they or their tokens were too old. */
  readonly expiries: number
  /** `runnel.full`, a drain in place of a stream, 503 and 429: no place now. */
  readonly refusals: number
  /** Any other answer but 200: a native EventSource would never come back. (The driver does, and counts.) */
  readonly deadEnds: number
  /** Connections that failed before an answer. */
  readonly connectFailures: number
  readonly gaps: number
  /** Those of subscribers that read slowly on purpose. */
  readonly slowGaps: number
  /** Found at once, and still to be judged: holes in what a subscriber got, duplicates, disorder. */
  readonly holes: number
  readonly duplicates: number
  readonly reorderings: number
  /** Events that came in one read with one that was due 20 ms or more later: something on the way held them back. */
  readonly heldBack: number
  /** Those of which the other one was due even 200 ms later. */
  readonly heldBackLong: number
  /**
   * Subscribers that got nothing in the end, though they should have: an event of their channel that was due after
   * their last one was accepted, or a pause went on when the last event was due. Counted when the judge has the
   * publisher's record.
   */
  readonly silentAtEnd: number
}

export const NO_COUNTS: Counts = {
  due: 0,
  published: 0,
  refusedPublishes: 0,
  unknownPublishes: 0,
  deliveries: 0,
  bytes: 0,
  connects: 0,
  reconnects: 0,
  cuts: 0,
  slowCuts: 0,
  faults: 0,
  drains: 0,
  expiries: 0,
  refusals: 0,
  deadEnds: 0,
  connectFailures: 0,
  gaps: 0,
  slowGaps: 0,
  holes: 0,
  duplicates: 0,
  reorderings: 0,
  heldBack: 0,
  heldBackLong: 0,
  silentAtEnd: 0,
}

/** Counts of which a reason is known each time. */
export type ReasonedCount =
  | 'cuts'
  | 'faults'
  | 'drains'
  | 'expiries'
  | 'refusals'
  | 'deadEnds'
  | 'connectFailures'

/** How often each reason came. */
export type Reasons = Readonly<Partial<Record<ReasonedCount, Readonly<Record<string, number>>>>>

export type HistogramName =
  /**
   * From the moment an event was due to be published to its first arrival, for who subscribed before that moment.
   * Events that were due at no fixed time are in neither this nor `publish`.
   */
  | 'delivery'
  /** From a subscriber's first attempt at a place, be it in vain, to the head of the answer that gave it one. */
  | 'connect'
  /** From the same attempt to the first event, which is `runnel.open` where a stream begins with it. */
  | 'firstEvent'
  /**
   * From the attempt at a place to the last event that was due before the subscriber got it: what a resume or a replay
   * takes. For each opening that was owed one.
   */
  | 'caughtUp'
  /** From the moment an event was due to the answer of its publish. */
  | 'publish'
  /** From the end of a stream to its next event. One that goes on lasts until the last event was due. */
  | 'outage'
  /**
   * How long a subscriber got nothing, from when an event of its channel was due in this time, and only if it is over a
   * second: the longest is the worst pause. One that goes on lasts until the last event was due. Recorded when the
   * judge has the publisher's record.
   */
  | 'pause'

/** A value for each histogram. */
export function byHistogram<T>(
  valueOf: (name: HistogramName) => T,
): Readonly<Record<HistogramName, T>> {
  return {
    delivery: valueOf('delivery'),
    connect: valueOf('connect'),
    firstEvent: valueOf('firstEvent'),
    caughtUp: valueOf('caughtUp'),
    publish: valueOf('publish'),
    outage: valueOf('outage'),
    pause: valueOf('pause'),
  }
}

/** In microseconds, as pairs of a bucket's value and its count (`histogram.ts`). */
export type EncodedHistogram = readonly number[]

/** What the driver itself needed: a figure is the server's only while the driver was not the limit. */
export interface DriverLoad {
  /** Share of a core, 0 to 1. */
  readonly cpu: number
  /** Highest delay of its event loop, in ms. */
  readonly loopDelay: number
  /** Bytes. */
  readonly rss: number
}
