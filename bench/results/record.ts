import { readFileSync, writeFileSync } from 'node:fs'
import { RUNNEL } from '../contenders/runnel.ts'
import { recordFigures } from '../measured-figures.ts'
import { spreadOf } from '../spread.ts'
import type { Result } from './result.ts'

/** From which docs/performance.md is made. */
const PATH = new URL('../../docs/bench.json', import.meta.url)

export function readRecordedResult(): Result {
  return JSON.parse(readFileSync(PATH, 'utf8')) as Result
}

/** Throws where Runnel has no figures for what sizing computes with. */
export function recordResult(result: Result): void {
  const figures = {
    deliveriesPerCpuSecond: medianOf(result, 'paced', 'deliveries', 1e3),
    microsecondsToOpen: medianOf(result, 'opening', 'opening', 1),
    bytesPerStream: medianOf(result, 'idle', 'rss', 1e3),
    bytesWithoutStreams: medianOf(result, 'idle', 'base', 1e6),
  }
  recordFigures('service', result.command, figures, result.machine)
  writeFileSync(PATH, `${JSON.stringify(result, undefined, 2)}\n`)
}

/** Of Runnel, in the unit of its figure times `unit`. */
function medianOf({ rows }: Result, rowName: string, key: string, unit: number): number {
  const row = rows.find(({ name }) => name === rowName)
  const entry = row?.entries.find(({ contender }) => contender === RUNNEL.name)
  if (entry === undefined || entry.refused !== undefined) {
    throw new Error(`expected figures of ${rowName} to record: ${entry?.refused ?? 'it has none'}`)
  }
  const values = entry.values.flatMap((round) => round[key] ?? [])
  return Math.round(spreadOf(values).median * unit)
}
