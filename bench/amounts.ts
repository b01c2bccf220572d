/** How long and how often things are measured. Times are in seconds. */
export interface Amounts {
  readonly rounds: number
  /** Too brief for figures worth quoting. */
  readonly isSmokeTest: boolean
  /** Events published before there are subscribers: a server that has run for a minute is compiled. */
  readonly rehearsed: number
  readonly warmUp: number
  readonly measured: number
  /** That the last deliveries, and streams that were cut, may take. */
  readonly arrivalLimit: number
}

export const FULL: Amounts = {
  rounds: 3,
  isSmokeTest: false,
  rehearsed: 20_000,
  warmUp: 2,
  measured: 4,
  arrivalLimit: 30,
}

export const QUICK: Amounts = {
  ...FULL,
  rounds: 1,
  isSmokeTest: true,
  rehearsed: 1_000,
  warmUp: 0.5,
  measured: 1,
}
