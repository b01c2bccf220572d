import { parseArgs, type ParseArgsConfig, type ParseArgsOptionsConfig } from 'node:util'
import { didYouMean } from './nearest-name.ts'
import { withoutCredentials } from './without-credentials.ts'

/** The command line has a flag or an argument that is not expected; the message says which. */
export class FlagError extends Error {
  override readonly name = 'FlagError'
}

/** The flag that an unknown one may have been meant for, with its dashes. */
export type ReadSlip = (written: string) => string

const asWritten: ReadSlip = (written) => written

/**
 * `parseArgs` of Node with messages of our own: an unknown flag names its neighbour, and no message repeats a password.
 * Throws `FlagError`.
 */
export function parseFlags<const T extends ParseArgsConfig>(
  config: T,
  readSlip = asWritten,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new FlagError(problemOf(config, readSlip) ?? error.message, { cause: error })
  }
}

/** An unknown flag, with its neighbour among the known ones. */
export function unknownFlag(
  written: string,
  options: ParseArgsOptionsConfig,
  readSlip = asWritten,
): string {
  const names = Object.keys(options).map((name) => `--${name}`)
  const flag = readSlip(written).replaceAll('_', '-')
  return `expected a known flag, got ${withoutCredentials(written)}${didYouMean(flag, names)}`
}

interface FlagToken {
  readonly rawName: string
  readonly value: string | undefined
  readonly inlineValue: boolean | undefined
}

function problemOf(
  { args = [], options = {}, allowPositionals }: ParseArgsConfig,
  readSlip: ReadSlip,
) {
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind === 'option' && !Object.hasOwn(options, token.name)) {
      return unknownFlag(token.rawName, options, readSlip)
    }
    if (token.kind === 'option') {
      const problem = valueProblem(token, options[token.name]?.type)
      if (problem !== undefined) return problem
    }
    if (token.kind === 'positional' && allowPositionals !== true) {
      return `expected flags only, got ${JSON.stringify(withoutCredentials(token.value))}`
    }
  }
  return undefined
}

/** Why the value of a known flag cannot be used. The value is not repeated. */
function valueProblem(
  { rawName, value, inlineValue }: FlagToken,
  type: 'string' | 'boolean' | undefined,
): string | undefined {
  if (type === 'boolean') {
    return value === undefined ? undefined : `expected no value for ${rawName}, got one`
  }
  if (value === undefined) return `expected a value after ${rawName}, got none`
  if (inlineValue || !/^-./.test(value)) return undefined
  const form = rawName.startsWith('--') ? `${rawName}=-…` : `${rawName}-…`
  return `expected a value after ${rawName}, got what may be a flag: write ${form} for one that begins with a dash`
}
