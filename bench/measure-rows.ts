import { readMachine } from '../loadtest/report/machine.ts'
import type { Amounts } from './amounts.ts'
import type { Contender, Prepared } from './contenders/contender.ts'
import { assertMeasurable, moveToLoadCore } from './machine.ts'
import { lastLine } from './last-line.ts'
import type { Missing, Result } from './results/result.ts'
import type { Row } from './rows/row.ts'
import { runRounds } from './run-rounds.ts'

/** Measures rows, with progress on standard error. `command` is how to do it again. */
export async function measureRows(
  rows: readonly Row[],
  amounts: Amounts,
  command: string,
): Promise<Result> {
  const machine = readMachine()
  assertMeasurable(machine)
  const startedAt = new Date().toISOString()
  const { ready, missing } = await prepareContenders(rows)
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

/** Builds what must be built. A contender that cannot be had on this machine takes no part. */
async function prepareContenders(rows: readonly Row[]) {
  const ready = new Map<Contender, Prepared>()
  const missing: Missing[] = []
  for (const contender of new Set(rows.flatMap(({ contenders }) => contenders))) {
    tell(`preparing ${contender.title}`)
    try {
      ready.set(contender, await contender.prepare())
    } catch (error) {
      missing.push({ contender: contender.title, reason: lastLine(error) })
    }
  }
  return { ready, missing }
}

function tell(what: string): void {
  process.stderr.write(`${what}\n`)
}
