/** The name closest to the written one, if a typing slip is likely. */
export function findNearest<T extends string>(written: string, names: readonly T[]): T | undefined {
  // With slips in more than a third of the characters, a suggestion would be a guess.
  let nearest: { name: T | undefined; slips: number } = {
    name: undefined,
    slips: Math.floor(written.length / 3) + 1,
  }
  for (const name of names) {
    const slips = countSlips(written, name)
    if (slips < nearest.slips) nearest = { name, slips }
  }
  return nearest.name
}

/** Levenshtein distance: characters to add, leave out or replace. */
export function countSlips(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 0; row < from.length; row++) {
    const current = [row + 1]
    for (let column = 0; column < to.length; column++) {
      const replaced = (above[column] ?? 0) + (from[row] === to[column] ? 0 : 1)
      const removed = (above[column + 1] ?? 0) + 1
      const added = (current[column] ?? 0) + 1
      current.push(Math.min(replaced, removed, added))
    }
    above = current
  }
  return above.at(-1) ?? 0
}
