/** `npm run loadtest`: loads a server, and says what it stands. */
import { parseCommandLine } from './command-line.ts'
import { isMet } from './report/verdicts.ts'
import { Interruptions } from './run/interruption.ts'
import { runLoadTest, type Options } from './run/load-test.ts'
import { NotBegun } from './run/not-begun.ts'
import { listScenarios, USAGE } from './usage.ts'

const FAILED = 1
const NOT_BEGUN = 2

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  const request = parseCommandLine(args)
  switch (request.kind) {
    case 'help':
      process.stdout.write(USAGE)
      return 0
    case 'list':
      process.stdout.write(listScenarios())
      return 0
    case 'refused':
      complain(request.problems)
      process.stderr.write('loadtest: --help lists what can be given\n')
      return NOT_BEGUN
    case 'run':
      return run(request.options)
  }
}

async function run(options: Options): Promise<number> {
  using interruptions = new Interruptions((exitCode) => process.exit(exitCode))
  interruptions.start()
  try {
    const { results, failure } = await runLoadTest(options, interruptions.signal, process)
    if (failure !== undefined) complain([failure])
    const isGood = failure === undefined && results.every(isMet)
    return interruptions.first?.exitCode ?? (isGood ? 0 : FAILED)
  } catch (error) {
    const isNotBegun = error instanceof NotBegun
    complain(isNotBegun ? error.problems : [error instanceof Error ? error.message : String(error)])
    return interruptions.first?.exitCode ?? (isNotBegun ? NOT_BEGUN : FAILED)
  }
}

function complain(problems: readonly string[]): void {
  for (const problem of problems) process.stderr.write(`loadtest: ${problem}\n`)
}
