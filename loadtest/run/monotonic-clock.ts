/** Seconds of the clock that all processes of the machine share, so that tallies of any driver fit together. */
export function monotonicSeconds(): number {
  return Number(process.hrtime.bigint()) / 1e9
}
