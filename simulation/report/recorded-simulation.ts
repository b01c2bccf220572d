/** The figures that docs/scaling.md shows, in docs/simulation.json. */
import { readFileSync, writeFileSync } from 'node:fs'
import type { Run, RunOptions } from '../measure/run-scenario.ts'
import type { Sweep, SweepRow } from '../sweep/sweep.ts'
import { sweepRows } from './sweep-table.ts'
import { verdictRows } from './verdict-table.ts'

const PATH = new URL('../../docs/simulation.json', import.meta.url)

interface SweepResult {
  readonly sweep: Sweep
  readonly rows: readonly SweepRow[]
}

export interface RecordedSimulation {
  readonly clients: number
  readonly seed: number
  /** Tables as they are shown, the head first. */
  readonly verdicts: readonly (readonly string[])[]
  readonly sweeps: Readonly<Record<string, readonly (readonly string[])[]>>
}

export function recordSimulation(
  { clients, seed }: RunOptions,
  runs: readonly Run[],
  sweeps: readonly SweepResult[],
): void {
  const recorded: RecordedSimulation = {
    clients,
    seed,
    verdicts: verdictRows(runs),
    sweeps: Object.fromEntries(
      sweeps.map(({ sweep, rows }) => [sweep.name, sweepRows(sweep, rows)]),
    ),
  }
  writeFileSync(PATH, `${JSON.stringify(recorded, null, 2)}\n`)
}

export function readRecordedSimulation(): RecordedSimulation {
  return JSON.parse(readFileSync(PATH, 'utf8')) as RecordedSimulation
}
