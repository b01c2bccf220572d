import { parseFlags } from '../src/lib/parse-flags.ts'

export const USAGE = `Usage: npm run mutants -- [--only WHAT]… [--against room] [--json]

Puts known faults into copies of the tree, one at a time in each, and runs the test that has to fail with it.

  --only WHAT     a room, a file, or one fault such as capacity/3; may be repeated
  --against room  run all tests of the room with each fault, and name those that see it
  --json          print the verdicts as JSON
`

export interface Options {
  readonly isHelp: boolean
  readonly only: readonly string[]
  readonly isAgainstRoom: boolean
  readonly isJson: boolean
}

/** Throws if the command line makes no sense. */
export function parseCommandLine(args: readonly string[]): Options {
  const { values } = parseFlags({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      against: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const { help, only, against, json } = values
  if (against !== undefined && against !== 'room') {
    throw new Error(`expected --against room, got ${against}`)
  }
  return { isHelp: help, only, isAgainstRoom: against === 'room', isJson: json }
}
