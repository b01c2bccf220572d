/** Random times, in whole units, that keep clients from coming back all at once. Browsers load it, so no Node here. */

/** Draws numbers from 0 to below 1, as `Math.random` does. */
export type Random = () => number

export function between(min: number, max: number, random: Random = Math.random): number {
  return Math.round(min + random() * (max - min))
}

/** 50 to 150 % of a time. */
export function jittered(milliseconds: number, random: Random = Math.random): number {
  return between(Math.ceil(milliseconds * 0.5), Math.floor(milliseconds * 1.5), random)
}
