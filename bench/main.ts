/**
 * Measures the service and a plain `node:http` server in the same run, since ratios vary less than single figures.
 * Prints figures only if every delivery has arrived exactly once.
 */
import { writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { computeFigures } from './figures.ts'
import { LoadProcess } from './load-process.ts'
import { assertMeasurable, readMachine } from './machine.ts'
import { FULL_PLAN, QUICK_PLAN, type Plan } from './measurement-plan.ts'
import { formatReport } from './report.ts'
import { runRound, type Round } from './measure-round.ts'
import { recordRounds } from './record-rounds.ts'

const USAGE = `Usage: npm run bench -- [options]

Compares the service with a plain node:http server of server-sent events: deliveries per
CPU-second, memory of idle streams, cost of opening one. The servers run on core 0, the load on
core 1. Takes two to three minutes; progress goes to standard error.

  --quick       a smoke test of half a minute; its figures are not worth quoting
  --record      write the figures that sizing computes with to docs/figures.json
  --json FILE   write machine, plan, rounds and figures to FILE as well
  --help        print this
`

// Without listeners a signal would end Node without the event 'exit', which kills the servers.
process.on('SIGINT', () => process.exit(130))
process.on('SIGTERM', () => process.exit(143))
process.exit(await main(process.argv.slice(2)))

async function main(args: readonly string[]): Promise<number> {
  let options: ReturnType<typeof parse>
  try {
    options = parse(args)
  } catch (error) {
    process.stderr.write(`bench: ${describe(error)}\n\n${USAGE}`)
    return 2
  }
  if (options.help === true) {
    process.stdout.write(USAGE)
    return 0
  }
  try {
    const isRecord = options.record === true
    await bench(options.quick === true ? QUICK_PLAN : FULL_PLAN, options.json, isRecord)
    return 0
  } catch (error) {
    process.stderr.write(`bench: no figures: ${describe(error)}\n`)
    return 1
  }
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean' },
      record: { type: 'boolean' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values
}

async function bench(plan: Plan, path: string | undefined, isRecord: boolean): Promise<void> {
  const machine = readMachine()
  assertMeasurable(machine)
  const rounds = await Promise.race([runRounds(plan), giveUpAfter(plan.limit)])
  const figures = computeFigures(rounds, plan)
  process.stdout.write(formatReport(machine, plan, rounds, figures))
  if (isRecord) recordRounds(rounds, plan)
  if (path === undefined) return
  await writeFile(path, `${JSON.stringify({ machine, plan, figures, rounds }, undefined, 2)}\n`)
}

async function runRounds(plan: Plan): Promise<readonly Round[]> {
  await using load = new LoadProcess()
  const rounds: Round[] = []
  for (let round = 1; round <= plan.rounds; round++) {
    rounds.push(
      await runRound(load, plan, (what) => {
        process.stderr.write(`round ${round} of ${plan.rounds}, ${what}\n`)
      }),
    )
  }
  return rounds
}

async function giveUpAfter(seconds: number): Promise<never> {
  await sleep(seconds * 1_000)
  throw new Error(`expected the run to end within ${seconds} s`)
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
