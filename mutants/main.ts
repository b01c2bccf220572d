/** `npm run mutants`: whether tests see the faults that they are there for. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseCommandLine, USAGE, type Options } from './command-line.ts'
import type { NamedFault } from './fault.ts'
import { describeVerdict, formatReport, isGood } from './report.ts'
import { ROOMS, testsOfRoom } from './rooms.ts'
import { selectFaults } from './select-faults.ts'
import { TreeCopy } from './tree-copy.ts'
import { tryAgainst, tryFaults, type TryOptions, type Verdict } from './try-faults.ts'

/** Faults that are tried at once: two cores, and tests that start servers. */
const AT_ONCE = 2

process.exitCode = await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<number> {
  let options: Options
  let faults: readonly NamedFault[]
  try {
    options = parseCommandLine(args)
    faults = selectFaults(ROOMS, options.only)
  } catch (error) {
    process.stderr.write(`mutants: ${wordsOf(error)}\n\n${USAGE}`)
    return 2
  }
  if (options.isHelp) {
    process.stdout.write(USAGE)
    return 0
  }
  const interrupt = new AbortController()
  const stop = () => {
    interrupt.abort(new Error('interrupted'))
  }
  // Until the end: a second signal must not end the command before its exit code is set.
  process.on('SIGINT', stop).on('SIGTERM', stop)
  try {
    const verdicts = await tryInCopies(faults, options, interrupt.signal)
    process.stdout.write(options.isJson ? toJson(verdicts) : `\n${formatReport(verdicts)}`)
    return isGood(verdicts, options.only.length === 0) ? 0 : 1
  } catch (error) {
    process.stderr.write(`mutants: ${wordsOf(error)}\n`)
    return interrupt.signal.aborted ? 130 : 1
  }
}

async function tryInCopies(
  faults: readonly NamedFault[],
  { isAgainstRoom }: Options,
  signal: AbortSignal,
): Promise<readonly Verdict[]> {
  const directory = await mkdtemp(join(tmpdir(), 'mutants-'))
  try {
    const copies: TreeCopy[] = []
    for (let index = 0; index < Math.min(AT_ONCE, faults.length); index++) {
      copies.push(
        await TreeCopy.make(join(import.meta.dirname, '..'), join(directory, String(index))),
      )
    }
    const options: TryOptions = {
      copies,
      signal,
      onVerdict: (verdict) => {
        tell(describeVerdict(verdict))
      },
      tell,
    }
    return await (isAgainstRoom
      ? tryAgainst(testsOfRoom, faults, options)
      : tryFaults(faults, options))
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Progress, beside what the command prints. */
function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}

function toJson(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ tried: { name, fault }, ...verdict }) => ({
    name,
    file: fault.file,
    what: fault.what,
    ...verdict,
  }))
  return `${JSON.stringify(rows, null, 2)}\n`
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
