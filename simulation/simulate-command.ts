import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Options } from './command-line.ts'
import { runScenario } from './measure/run-scenario.ts'
import { renderReport } from './report/html-report.ts'
import { recordSimulation } from './report/recorded-simulation.ts'
import { formatSweep } from './report/sweep-table.ts'
import { formatVerdicts } from './report/verdict-table.ts'
import { SWEEPS } from './sweep/all-sweeps.ts'
import { runSweep } from './sweep/sweep.ts'

/** Where the results and the progress of the command go. */
export interface Output {
  readonly print: (text: string) => void
  readonly tell: (line: string) => void
}

/** Resolves with the exit code. */
export async function simulate(options: Options, { print, tell }: Output): Promise<number> {
  const runs = options.scenarios.map((scenario) => {
    tell(`${scenario.name}: ${scenario.minutes} minutes of ${options.clients} subscribers`)
    return runScenario(scenario, options)
  })
  print(formatVerdicts(runs))
  await write(options.out, renderReport(runs, options))
  tell(`plots: ${options.out}`)
  if (options.json !== undefined) await write(options.json, JSON.stringify(runs))
  if (options.isSweep) {
    const sweeps = SWEEPS.map((sweep) => {
      tell(`sweep of ${sweep.title}`)
      const rows = runSweep(sweep, options)
      print(formatSweep(sweep, rows))
      return { sweep, rows }
    })
    if (options.isRecord) recordSimulation(options, runs, sweeps)
  }
  return runs.some(({ breaches }) => breaches.length > 0) ? 1 : 0
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}
