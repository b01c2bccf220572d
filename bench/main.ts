/**
 * Compares Runnel with other servers in one run, since ratios vary less than single figures. A row has figures of a
 * contender only if every delivery has arrived exactly once.
 */
import { writeFile } from 'node:fs/promises'
import { parseOptions, USAGE, type Options } from './command-line.ts'
import { measureRows } from './measure-rows.ts'
import { profileRow } from './profile-contender.ts'
import { recordResult } from './results/record.ts'
import { formatReport } from './results/text-report.ts'

process.on('SIGINT', () => process.exit(130))
process.on('SIGTERM', () => process.exit(143))
process.exit(await main(process.argv.slice(2)))

async function main(args: readonly string[]): Promise<number> {
  let options: Options
  try {
    options = parseOptions(args)
  } catch (error) {
    process.stderr.write(`bench: ${describe(error)}\n\n${USAGE}`)
    return 2
  }
  if (options.isHelp) {
    process.stdout.write(USAGE)
    return 0
  }
  try {
    return await bench(options)
  } catch (error) {
    process.stderr.write(`bench: no figures: ${describe(error)}\n`)
    return 1
  }
}

async function bench(options: Options): Promise<number> {
  const { amounts, command, isRecord, profile } = options
  const rows =
    profile === undefined ? options.rows : options.rows.map((row) => profileRow(row, profile))
  const result = await measureRows(rows, { amounts, command, needsAll: isRecord })
  process.stdout.write(formatReport(result))
  if (options.json !== undefined) {
    await writeFile(options.json, `${JSON.stringify(result, undefined, 2)}\n`)
  }
  if (isRecord) recordResult(result)
  const entries = result.rows.flatMap((row) => row.entries)
  return entries.every(({ refused }) => refused === undefined) ? 0 : 1
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
