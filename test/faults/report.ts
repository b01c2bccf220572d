import { appendFile } from 'node:fs/promises'
import { expect } from 'vitest'
import type { Verdict } from '../history/check.ts'

/** What a service takes, in MB, second by second. */
export interface Curve {
  readonly heap: readonly number[]
  readonly rss: readonly number[]
}

/** One line of the table in docs/reliability.md. */
export interface FaultRow extends Omit<Verdict, 'breaches'> {
  readonly fault: string
  /** How many; none is allowed but for the service that is to be found out. */
  readonly breaches: number
  /** Drawn below the table. */
  readonly curve?: Curve
}

/** Prints what came out, and notes it for the table if `FAULTS_OUT` names a file. */
export async function recordResult(fault: string, verdict: Verdict, curve?: Curve): Promise<void> {
  const breaches = verdict.breaches.length
  const row: FaultRow = { fault, ...verdict, breaches, ...(curve && { curve }) }
  console.log(JSON.stringify(row))
  const file = process.env['FAULTS_OUT']
  if (file !== undefined) await appendFile(file, `${JSON.stringify(row)}\n`)
}

export async function expectNoBreach(
  fault: string,
  verdict: Verdict,
  curve?: Curve,
): Promise<void> {
  await recordResult(fault, verdict, curve)
  const first = verdict.breaches.slice(0, 5)
  expect(first.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([])
}
