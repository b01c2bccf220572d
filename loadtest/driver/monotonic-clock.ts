// `performance.now()` counts from the start of the process and allocates nothing; `process.hrtime` is the clock itself.
const START = startMicroseconds()

/**
 * Microseconds of CLOCK_MONOTONIC, as `process.hrtime` has it: the same in all processes of a machine. Costs no
 * allocation, since it is called for each read.
 */
export function monotonicNow(): number {
  return START + performance.now() * 1_000
}

/** A busy machine may stop the process between two readings, so of several pairs the closest one counts. */
function startMicroseconds(): number {
  const pairs = Array.from({ length: 10 }, () => {
    const before = performance.now()
    const [seconds, nanoseconds] = process.hrtime()
    const distance = performance.now() - before
    return { distance, start: seconds * 1e6 + nanoseconds / 1e3 - before * 1_000 }
  })
  return pairs.reduce((best, pair) => (pair.distance < best.distance ? pair : best)).start
}
