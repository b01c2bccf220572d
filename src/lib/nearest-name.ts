/**
 * The name closest to the written one, in whatever case, if a typing slip is likely, or the only one that begins
 * with it.
 */
export function findNearest<T extends string>(written: string, names: readonly T[]): T | undefined {
  const folded = written.toLowerCase()
  // With slips in more than a third of the characters, a suggestion would be a guess.
  let nearest: { name: T | undefined; slips: number } = {
    name: undefined,
    slips: Math.floor(written.length / 3) + 1,
  }
  for (const name of names) {
    // Each character more or less is a slip, and a long text would take long to compare.
    if (Math.abs(name.length - written.length) >= nearest.slips) continue
    const slips = countSlips(folded, name.toLowerCase())
    if (slips < nearest.slips) nearest = { name, slips }
  }
  return nearest.name ?? findLonger(folded, names)
}

/** The end of a message about an unknown name: the name that was probably meant, or nothing. */
export function didYouMean(written: string, names: readonly string[]): string {
  const nearest = findNearest(written, names)
  return nearest === undefined ? '' : `: did you mean ${nearest}?`
}

/** Shorter beginnings fit by chance. */
const SHORTEST_BEGINNING = 3

function findLonger<T extends string>(folded: string, names: readonly T[]): T | undefined {
  if (folded.replace(/^-+/, '').length < SHORTEST_BEGINNING) return undefined
  const longer = names.filter((name) => name.toLowerCase().startsWith(folded))
  return longer.length === 1 ? longer[0] : undefined
}

/**
 * Damerau–Levenshtein distance: characters to add, leave out or replace, and neighbours to swap. The cell at
 * `row + 1` and `column + 1` has the slips between the first `row` characters and the first `column` characters.
 */
export function countSlips(from: string, to: string): number {
  const most = from.length + to.length
  const cells = Array.from({ length: from.length + 2 }, (_, row) =>
    Array.from({ length: to.length + 2 }, (_cell, column) =>
      row === 0 || column === 0 ? most : row === 1 ? column - 1 : column === 1 ? row - 1 : 0,
    ),
  )
  const cell = (row: number, column: number) => cells[row]?.[column] ?? most
  /** The last row with each character. */
  const rows = new Map<string, number>()
  for (let row = 1; row <= from.length; row++) {
    const fromCharacter = from.charAt(row - 1)
    /** The last column with the character of the row. */
    let matching = 0
    for (let column = 1; column <= to.length; column++) {
      const toCharacter = to.charAt(column - 1)
      const swapRow = rows.get(toCharacter) ?? 0
      const between = row - swapRow - 1 + (column - matching - 1)
      const swapped = cell(swapRow, matching) + between + 1
      const isSame = fromCharacter === toCharacter
      const replaced = cell(row, column) + (isSame ? 0 : 1)
      if (isSame) matching = column
      const edited = Math.min(cell(row + 1, column), cell(row, column + 1)) + 1
      cells[row + 1]![column + 1] = Math.min(swapped, replaced, edited)
    }
    rows.set(fromCharacter, row)
  }
  return cell(from.length + 1, to.length + 1)
}
