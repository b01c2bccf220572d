import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { REPORT } from './report-schema.ts'
import type { Report } from './result.ts'

export async function writeResultFile(path: string, report: Report): Promise<void> {
  await writeFile(path, formatJson(report))
}

/** What was not measured is `null`, so that all fields stand in every file. */
export function formatJson(report: Report): string {
  return `${JSON.stringify(report, (_, value: unknown) => value ?? null)}\n`
}

/** Reads a `report.json` of an earlier run. Rejects with a sentence that names the file, and the field that is wrong. */
export async function readBaseline(path: string): Promise<Report> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Error(`the baseline ${path} cannot be read: ${describe(error)}`, { cause: error })
  })
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    throw new Error(`the baseline ${path} is not JSON: ${describe(error)}`, { cause: error })
  }
  const { data, error } = REPORT.safeParse(document)
  if (data !== undefined) return data
  throw new Error(
    `the baseline ${path} is no report.json of this load test: ${describeIssue(error.issues[0])}`,
  )
}

function describeIssue(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return 'unknown'
  const field = issue.path.length === 0 ? 'the document' : z.core.toDotPath(issue.path)
  return `${field}: ${issue.message}`
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
