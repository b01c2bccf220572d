import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface CommandOptions {
  readonly cwd?: string
  /** On top of this process's own. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/** The end of an output is what says why. */
const LINES_TOLD = 30

/** Runs a command to its end and returns what it wrote to standard output. Throws with the end of all that
 * it wrote if it fails. */
export async function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env, input }: CommandOptions = {},
): Promise<string> {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: 'pipe' })
  let output = ''
  let all = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    all += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (all += text))
  // A command that needs no input may end without reading it.
  child.stdin.on('error', () => undefined).end(input)
  const [code, signal] = (await once(child, 'close').catch((error: unknown) => {
    throw new Error(`expected to run the command ${command}: ${String(error)}`, {
      cause: error,
    })
  })) as [number | null, string | null]
  if (code === 0) return output
  const told = all.trimEnd().split('\n').slice(-LINES_TOLD).join('\n')
  throw new Error(`${command} ${args.join(' ')} ended with ${code ?? signal}:\n${told}`)
}

/** Runs a command whose failure only means that there was nothing to do. */
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
