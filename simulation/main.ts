/** `npm run simulate`: fleets of simulated clients, and how large a fleet has to be. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { parseCommandLine, USAGE, type Options } from './command-line.ts'
import { runScenario, type Run } from './measure/run-scenario.ts'
import { renderReport } from './report/html-report.ts'
import { formatVerdicts } from './report/verdict-table.ts'

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  let options: Options
  try {
    options = parseCommandLine(args)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    process.stderr.write(`simulate: ${problem}\n\n${USAGE}`)
    return 2
  }
  if (options.isHelp) {
    process.stdout.write(USAGE)
    return 0
  }
  return simulate(options)
}

async function simulate(options: Options): Promise<number> {
  const runs: Run[] = []
  for (const scenario of options.scenarios) {
    tell(`${scenario.name}: ${scenario.minutes} minutes of ${options.clients} subscribers`)
    runs.push(runScenario(scenario, options))
  }
  process.stdout.write(formatVerdicts(runs))
  await write(options.out, renderReport(runs, options))
  tell(`plots: ${options.out}`)
  if (options.json !== undefined) await write(options.json, JSON.stringify(runs))
  return runs.some(({ breaches }) => breaches.length > 0) ? 1 : 0
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

/** Progress, beside what the command prints. */
function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}
