import { readMeasuredFigures } from '../../bench/measured-figures.ts'
import { formatSizing } from './format-sizing.ts'
import { sizeFleet } from './size-fleet.ts'
import type { Workload } from './workload.ts'

export function size(workload: Workload): string {
  const figures = readMeasuredFigures()
  return formatSizing(workload, sizeFleet(workload, figures), figures)
}
