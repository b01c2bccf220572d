/** `npm run simulate`: fleets of simulated clients, and with `size` how large a fleet has to be. */
import { parseCommandLine, USAGE } from './command-line.ts'
import { simulate } from './simulate-command.ts'
import { parseWorkload, SIZE_USAGE } from './sizing/command-line.ts'
import { size } from './sizing/size-command.ts'

/** Returns the exit code. */
type Command = () => number | Promise<number>

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const isSize = args[0] === 'size'
  let command: Command
  try {
    command = isSize ? sizeCommand(args.slice(1)) : simulateCommand(args)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    process.stderr.write(`simulate: ${problem}\n\n${isSize ? SIZE_USAGE : USAGE}`)
    return 2
  }
  return command()
}

function simulateCommand(args: readonly string[]): Command {
  const options = parseCommandLine(args)
  return options.isHelp ? () => print(USAGE) : async () => simulate(options, { print, tell })
}

function sizeCommand(args: readonly string[]): Command {
  const workload = parseWorkload(args)
  return () => print(workload === undefined ? SIZE_USAGE : size(workload))
}

function print(text: string): number {
  process.stdout.write(text)
  return 0
}

/** Progress, beside what the command prints. */
function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}
