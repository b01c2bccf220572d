/** The one place where tests start processes. */
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { TestRunner } from 'vitest'
import { endsWithParent } from '../../rig/servers/ends-with-parent.ts'

/**
 * Like `spawn` with a command, arguments and options. The child ends with its test at the latest, also where that fails
 * or runs out of time before it disposes of anything, and with this process, even if that is killed. What is started
 * for all tests of a file, or by one of several concurrent tests, ends with this process, which runs one file.
 */
export const spawnChild = startChild as typeof spawn

function startChild(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const [file, ...rest] = endsWithParent([command, ...args])
  const child = spawn(file, rest, options)
  endWithTest(child)
  return child
}

function endWithTest(child: ChildProcess): void {
  const test = TestRunner.getCurrentTest()
  // Of several concurrent tests, the runner knows only which one began last.
  if (test === undefined || test.concurrent === true) return
  test.context.onTestFinished(async () => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
}

/** What a command writes, once it has ended. Its errors are the test's. Rejects unless it succeeds. */
export async function readOutput(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const child = spawnChild(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (code !== 0) throw new Error(`${command} ended with ${code ?? signal}`)
  return output
}
