import { appendFile } from 'node:fs/promises'
import { expect } from 'vitest'
import type { Verdict } from '../history/check.ts'

/** One line of the table in docs/reliability.md. */
export interface FaultRow extends Omit<Verdict, 'breaches'> {
  readonly fault: string
}

/** Prints what came out, notes it for the table if `FAULTS_OUT` names a file, and expects no breach. */
export async function expectHonest(fault: string, { breaches, ...counts }: Verdict): Promise<void> {
  const row: FaultRow = { fault, ...counts }
  console.log(JSON.stringify(row))
  const file = process.env['FAULTS_OUT']
  if (file !== undefined) await appendFile(file, `${JSON.stringify(row)}\n`)
  expect(breaches.slice(0, 5).map(({ kind, text }) => `${kind}: ${text}`)).toEqual([])
}
