import type { Figure, Target } from '../rows/row.ts'
import { spreadOf, type Spread } from '../spread.ts'
import type { Entry, MeasuredRow } from './result.ts'

/** A line of the table: one figure of one contender. */
export interface Line {
  readonly title: string
  readonly value: Spread
  /** Over all rounds; undefined without another contender to compare with. */
  readonly ratio: Spread | undefined
  readonly verdicts: readonly Verdict[]
}

export interface Verdict {
  readonly target: Target
  readonly isMet: boolean
}

/** What stands below the heading of a row: its note, and its rounds where it has more than others. */
export function preambleOf({ note, entries }: MeasuredRow, rounds: number): readonly string[] {
  const own = Math.max(0, ...entries.map(({ values }) => values.length))
  const notes = note === undefined ? [] : [note]
  return own > rounds ? [...notes, `Medians of ${own} rounds.`] : notes
}

/** The lines of a figure, for those contenders of which it was measured. */
export function linesOf(row: MeasuredRow, figure: Figure): readonly Line[] {
  const [first] = row.entries
  return row.entries.flatMap((entry) => {
    const values = valuesOf(entry, figure)
    if (values.length === 0) return []
    const value = spreadOf(values)
    const ratio =
      first === undefined || entry === first ? undefined : ratioOf(row, figure, first, entry)
    const verdicts = figure.targets
      .filter(({ contender }) => contender === entry.contender)
      .flatMap((target) => judge(target, target.of === 'value' ? value : ratio))
    return [{ title: entry.title, value, ratio, verdicts }]
  })
}

function valuesOf({ values, refused }: Entry, { key }: Figure): number[] {
  if (refused !== undefined) return []
  return values.flatMap((round) => round[key] ?? [])
}

/** Of the same round each, since the machine changes between rounds. */
function ratioOf(
  { comparison }: MeasuredRow,
  figure: Figure,
  first: Entry,
  other: Entry,
): Spread | undefined {
  const [base, values] = [valuesOf(first, figure), valuesOf(other, figure)]
  if (base.length !== values.length || base.length === 0) return undefined
  return spreadOf(
    values.map((value, round) =>
      comparison === 'first ÷ other' ? base[round]! / value : value / base[round]!,
    ),
  )
}

function judge(target: Target, spread: Spread | undefined): Verdict[] {
  if (spread === undefined) return []
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = target
  return [{ target, isMet: spread.median >= atLeast && spread.median <= atMost }]
}
