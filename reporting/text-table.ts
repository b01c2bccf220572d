import { stripVTControlCharacters } from 'node:util'

/** A table for a terminal: the first row is its head. Cells may be colored. */
export function formatTable(
  rows: readonly (readonly string[])[],
  /** Columns, from 0, that are aligned to the right. */
  numeric: readonly number[] = [],
): string {
  const columns = rows[0]?.length ?? 0
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => width(row[column] ?? ''))),
  )
  return rows
    .map((row) =>
      row.map((cell, column) => {
        const padding = ' '.repeat((widths[column] ?? 0) - width(cell))
        return numeric.includes(column) ? padding + cell : cell + padding
      }),
    )
    .map((cells) => `${cells.join('  ').trimEnd()}\n`)
    .join('')
}

function width(cell: string): number {
  return stripVTControlCharacters(cell).length
}
