/** How long clients stay away, in ms. Jittered, so that those who were sent together scatter. */

/** `hasRoom`: other pods have room, or there are none to wait for. */
export function jitteredRetry(hasRoom: boolean): number {
  return hasRoom ? between(200, 1_000) : between(5_000, 30_000)
}

function between(min: number, max: number): number {
  return Math.round(min + Math.random() * (max - min))
}
