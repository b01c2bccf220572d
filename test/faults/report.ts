import { appendFile } from 'node:fs/promises'
import { expect } from 'vitest'
import type { Verdict } from '../history/check.ts'

/** The memory of a service in MB, a sample each second. */
export interface Curve {
  readonly heap: readonly number[]
  readonly rss: readonly number[]
}

/** One row of the table in docs/reliability.md. */
export interface FaultRow extends Omit<Verdict, 'breaches'> {
  readonly fault: string
  /** The number of breaches: 0, except for the service without repair. */
  readonly breaches: number
  /** Memory over time, drawn below the table. */
  readonly curve?: Curve
}

/** Prints the result, and appends it to the file that `FAULTS_OUT` names, for the table. */
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
