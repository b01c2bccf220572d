import { readMachine } from '../loadtest/report/machine.ts'
import type { Amounts } from './amounts.ts'
import { buildRunnel } from './contenders/runnel.ts'
import { assertMeasurable, moveToLoadCore } from './machine.ts'
import { assertNoneMissing, prepareContenders } from './prepare-contenders.ts'
import type { Result } from './results/result.ts'
import type { Row } from './rows/row.ts'
import { runRounds } from './run-rounds.ts'

export interface MeasureOptions {
  readonly amounts: Amounts
  /** How to do it again. */
  readonly command: string
  /** Whether a missing contender is an error, and not left out. */
  readonly needsAll: boolean
}

/** Measures rows, with progress on standard error. */
export async function measureRows(
  rows: readonly Row[],
  { amounts, command, needsAll }: MeasureOptions,
): Promise<Result> {
  const machine = readMachine()
  assertMeasurable(machine)
  const startedAt = new Date().toISOString()
  tell('building Runnel')
  await buildRunnel()
  const contenders = new Set(rows.flatMap((row) => row.contenders))
  const { ready, missing } = await prepareContenders(contenders, tell)
  if (needsAll) assertNoneMissing(missing)
  const versions = [...ready].map(([{ title }, { version }]) => [title, version] as const)
  moveToLoadCore()
  return {
    version: 1,
    command,
    startedAt,
    machine,
    rounds: amounts.rounds,
    isSmokeTest: amounts.isSmokeTest,
    versions: Object.fromEntries(versions),
    missing,
    rows: await runRounds(rows, ready, amounts, tell),
  }
}

function tell(what: string): void {
  process.stderr.write(`${what}\n`)
}
