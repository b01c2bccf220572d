import type { ServeProcess } from '../../support/serve-process.ts'

/** When streams were closed for a reason, in ms since 1970, by the service's own log. */
export function closingTimes({ lines }: ServeProcess, reason: string): number[] {
  return lines
    .filter((line) => line['msg'] === 'stream closed' && line['reason'] === reason)
    .map((line) => Date.parse(String(line['time'])))
    .toSorted((a, b) => a - b)
}

/** Most of the values, as a share of all, that stand within so much of each other. Takes them sorted. */
export function steepest(values: readonly number[], width: number): number {
  const crowds = values.map(
    (start) => values.filter((value) => value >= start && value < start + width).length,
  )
  return Math.max(...crowds) / values.length
}
