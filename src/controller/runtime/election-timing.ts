/** In ms. */
export interface ElectionTiming {
  /** How long others wait after the last sign of a holder before one of them takes over. */
  readonly leaseDuration: number
  /**
   * How long a holder leads after it sent its last renewal. What is left until the end of the lease is for
   * requests that are on their way.
   */
  readonly renewDeadline: number
  /** Longest pause between two attempts. */
  readonly retryPeriod: number
}

export const ELECTION_TIMING: ElectionTiming = {
  leaseDuration: 15_000,
  renewDeadline: 10_000,
  retryPeriod: 2_000,
}

/** In the proportions of the defaults. */
export function electionTiming(leaseDuration: number): ElectionTiming {
  const share = leaseDuration / ELECTION_TIMING.leaseDuration
  return {
    leaseDuration,
    renewDeadline: ELECTION_TIMING.renewDeadline * share,
    retryPeriod: ELECTION_TIMING.retryPeriod * share,
  }
}

export function checkElectionTiming(timing: ElectionTiming): void {
  const { leaseDuration, renewDeadline, retryPeriod } = timing
  if (retryPeriod > 0 && retryPeriod * 2 <= renewDeadline && renewDeadline < leaseDuration) return
  throw new RangeError(
    `the renew deadline (${renewDeadline} ms) must be below the lease duration (${leaseDuration} ms) ` +
      `and at least twice the retry period (${retryPeriod} ms)`,
  )
}
