import type { ServeProcess } from '../../support/serve-process.ts'

/** Times at which streams were closed for a reason, in ms since 1970, from the service's log lines. */
export function closingTimes({ lines }: ServeProcess, reason: string): number[] {
  return lines
    .filter((line) => line['msg'] === 'stream closed' && line['reason'] === reason)
    .map((line) => Date.parse(String(line['time'])))
    .toSorted((a, b) => a - b)
}

/** Largest share of the values within an interval of this width. Takes them sorted. */
export function steepest(values: readonly number[], width: number): number {
  const crowds = values.map(
    (start) => values.filter((value) => value >= start && value < start + width).length,
  )
  return Math.max(...crowds) / values.length
}
