/** Random times, in whole ms, that keep clients from reconnecting all at once. */

export function between(min: number, max: number): number {
  return Math.round(min + Math.random() * (max - min))
}

/** 50 to 150 % of a time. */
export function jittered(milliseconds: number): number {
  return between(milliseconds / 2, milliseconds * 1.5)
}
