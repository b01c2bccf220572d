/** The amounts and durations of a measurement. Times are in seconds. */
export interface Plan {
  readonly rounds: number
  /** Events published before anyone subscribes: a server that has run for a minute is compiled. */
  readonly rehearsed: number
  /** Subscribers of the fan-out, all of one channel. */
  readonly subscribers: number
  /** Events a second of the paced fan-out. */
  readonly rate: number
  readonly pacedWarmUp: number
  readonly paced: number
  /** Events published but not yet with every subscriber, while saturated. */
  readonly inFlight: number
  readonly saturatedWarmUp: number
  readonly saturated: number
  /** Streams opened and closed before the memory of idle ones is measured. */
  readonly warmUpStreams: number
  readonly idleStreams: number
  /** The limit of the whole run. */
  readonly limit: number
}

export const FULL_PLAN: Plan = {
  rounds: 4,
  rehearsed: 3_000,
  subscribers: 1_000,
  rate: 50,
  pacedWarmUp: 2,
  paced: 4,
  inFlight: 16,
  saturatedWarmUp: 1,
  saturated: 3,
  warmUpStreams: 300,
  idleStreams: 3_000,
  limit: 300,
}

/** For a smoke test: the same load, but too short for figures worth quoting. */
export const QUICK_PLAN: Plan = {
  ...FULL_PLAN,
  rounds: 2,
  pacedWarmUp: 0.5,
  paced: 1,
  saturatedWarmUp: 0.5,
  saturated: 1,
  idleStreams: 1_000,
  limit: 120,
}
