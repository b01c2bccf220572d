import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface CommandOptions {
  readonly cwd?: string
  /** Variables in addition to those of this process. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/** Lines of output in an error: the last ones say why a command failed. */
const ERROR_LINES = 30

/**
 * Runs a command to its end and returns its standard output. If the command fails, throws with its last
 * lines.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env, input }: CommandOptions = {},
): Promise<string> {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: 'pipe' })
  let output = ''
  let outputAndErrors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    outputAndErrors += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (outputAndErrors += text))
  // A command that needs no input may end without reading it.
  child.stdin.on('error', () => undefined).end(input)
  const [code, signal] = (await once(child, 'close').catch((error: unknown) => {
    throw new Error(`expected to run the command ${command}: ${String(error)}`, {
      cause: error,
    })
  })) as [number | null, string | null]
  if (code === 0) return output
  const lastLines = outputAndErrors.trimEnd().split('\n').slice(-ERROR_LINES).join('\n')
  throw new Error(`${command} ${args.join(' ')} ended with ${code ?? signal}:\n${lastLines}`)
}

/** Runs a command whose failure only means that there was nothing to do; its output is empty then. */
export async function tryCommand(
  command: string,
  args: readonly string[],
  options?: CommandOptions,
): Promise<string> {
  return runCommand(command, args, options).catch(() => '')
}

/** Runs a command on this terminal and resolves with its exit code. */
export async function runInForeground(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: 'inherit' })
  const [code] = (await once(child, 'close')) as [number | null]
  return code ?? 1
}
