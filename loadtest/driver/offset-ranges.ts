/** Sets of offsets as ranges, ascending and neither overlapping nor touching. */

/** Inclusive. */
export interface OffsetRange {
  readonly from: number
  readonly to: number
}

export type OffsetRanges = readonly OffsetRange[]

/** Of ascending offsets. */
export function rangesOf(offsets: readonly number[]): OffsetRanges {
  const ranges: { from: number; to: number }[] = []
  for (const offset of offsets) {
    const last = ranges.at(-1)
    if (last !== undefined && last.to === offset - 1) last.to = offset
    else ranges.push({ from: offset, to: offset })
  }
  return ranges
}

/** Empty if `to` is before `from`. */
export function rangeOf(from: number, to: number): OffsetRanges {
  return from <= to ? [{ from, to }] : []
}

export function countOffsets(ranges: OffsetRanges): number {
  return ranges.reduce((count, { from, to }) => count + to - from + 1, 0)
}

export function includesOffset(ranges: OffsetRanges, offset: number): boolean {
  return ranges.some(({ from, to }) => from <= offset && offset <= to)
}

export function unite(a: OffsetRanges, b: OffsetRanges): OffsetRanges {
  if (a.length === 0) return b
  if (b.length === 0) return a
  return uniteAll([a, b])
}

export function uniteAll(sets: readonly OffsetRanges[]): OffsetRanges {
  const united: OffsetRange[] = []
  for (const range of sets.flat().toSorted((one, other) => one.from - other.from)) {
    const last = united.at(-1)
    if (last === undefined || range.from > last.to + 1) united.push(range)
    else if (range.to > last.to) united[united.length - 1] = { from: last.from, to: range.to }
  }
  return united
}

export function intersect(a: OffsetRanges, b: OffsetRanges): OffsetRanges {
  const common: OffsetRange[] = []
  let [ofA, ofB] = [0, 0]
  while (ofA < a.length && ofB < b.length) {
    const [one, other] = [a[ofA]!, b[ofB]!]
    const [from, to] = [Math.max(one.from, other.from), Math.min(one.to, other.to)]
    if (from <= to) common.push({ from, to })
    if (one.to < other.to) ofA++
    else ofB++
  }
  return common
}

export function subtract(a: OffsetRanges, b: OffsetRanges): OffsetRanges {
  if (a.length === 0 || b.length === 0) return a
  const left: OffsetRange[] = []
  let ofB = 0
  for (const { from, to } of a) {
    let start = from
    while (ofB < b.length && b[ofB]!.to < start) ofB++
    for (let at = ofB; at < b.length && b[at]!.from <= to; at++) {
      if (b[at]!.from > start) left.push({ from: start, to: b[at]!.from - 1 })
      start = Math.max(start, b[at]!.to + 1)
    }
    if (start <= to) left.push({ from: start, to })
  }
  return left
}
