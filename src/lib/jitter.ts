/** Random times that keep clients apart who would else come back together. Whole numbers, in ms. */

export function between(min: number, max: number): number {
  return Math.round(min + Math.random() * (max - min))
}

/** 50 to 150 %. */
export function jittered(milliseconds: number): number {
  return between(milliseconds / 2, milliseconds * 1.5)
}
