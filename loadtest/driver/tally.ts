/** What a driver counted since its last tally. */
export interface Tally {
  /** The end of the interval, in seconds of the monotonic clock that all processes of the machine share. */
  readonly at: number
  /** The interval's length, in seconds. */
  readonly seconds: number
  readonly gauges: Gauges
  readonly counts: Counts
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
  readonly published: number
  /** Publishes that the server refused. */
  readonly refusedPublishes: number
  /** Publishes whose outcome is unknown: no answer, or one that does not say. */
  readonly unknownPublishes: number
  readonly deliveries: number
  readonly bytes: number
  /** Opened streams, and first polls. */
  readonly connects: number
  /** Opened again after an end. */
  readonly reconnects: number
  /** Ends of a stream that no closing event announced: what a cut, a killed pod or a reload looks like. */
  readonly cuts: number
  /** Streams that ended with a closing event: drain, shed, age. */
  readonly closings: number
  /** `runnel.full`, a drain in place of a stream, 503 and 429: no place now. */
  readonly refusals: number
  /** Any other answer but 200: a native EventSource would never come back. (The driver does, and counts.) */
  readonly deadEnds: number
  /** Connections that failed before an answer. */
  readonly connectFailures: number
  readonly gaps: number
  /** Found at once, and still to be judged: holes in what a subscriber got, duplicates, disorder. */
  readonly holes: number
  readonly duplicates: number
  readonly reorderings: number
  /** Events that came in one read with one that was due 20 ms or more later: something on the way held them back. */
  readonly heldBack: number
}

export type HistogramName =
  /** From the moment an event was due to be published to its arrival, for who subscribed before that moment. */
  | 'delivery'
  /** From the start of a connection to the head of its answer. */
  | 'connect'
  /** From the start of a connection to its first event. */
  | 'firstEvent'
  /** From the moment an event was due to the answer of its publish. */
  | 'publish'
  /** From the end of a stream to its next event. */
  | 'outage'
  /** Between two events of one subscriber, only those over a second: the longest is the worst pause. */
  | 'pause'

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
