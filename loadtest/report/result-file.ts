import type { Report } from './result.ts'

/** Reads a `report.json` of an earlier run. Rejects with a sentence that names the file, and the field that is wrong. */
export async function readBaseline(path: string): Promise<Report> {
  throw new Error(`to do: ${path}`)
}
