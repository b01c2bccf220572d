import type { ServeProcess } from '../support/serve-process.ts'

/** When streams were closed for a reason, in ms since 1970, by the service's own log. */
export function closingTimes({ lines }: ServeProcess, reason: string): number[] {
  return lines
    .filter((line) => line['msg'] === 'stream closed' && line['reason'] === reason)
    .map((line) => Date.parse(String(line['time'])))
    .toSorted((a, b) => a - b)
}

/** The share of values in each of so many equal parts of the range from `start` on. */
export function shares(
  values: readonly number[],
  { start, span, parts }: { start: number; span: number; parts: number },
): number[] {
  const counts = Array.from({ length: parts }, () => 0)
  for (const value of values) {
    const part = Math.floor(((value - start) / span) * parts)
    const index = Math.min(Math.max(part, 0), parts - 1)
    counts[index] = (counts[index] ?? 0) + 1
  }
  return counts.map((count) => count / values.length)
}
