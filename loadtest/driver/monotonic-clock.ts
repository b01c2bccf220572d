// `performance.now()` counts from the start of the process and allocates nothing; `process.hrtime` is the clock itself.
const START = startMicroseconds()

/**
 * Microseconds of CLOCK_MONOTONIC, as `process.hrtime` has it: the same in all processes of a machine. Costs no
 * allocation, since it is called for each read.
 */
export function monotonicNow(): number {
  return START + performance.now() * 1_000
}

function startMicroseconds(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1e6 + nanoseconds / 1e3 - performance.now() * 1_000
}
