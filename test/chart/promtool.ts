/** Runs promtool, which checks rules of Prometheus. `PROMTOOL` names the binary; else the rig builds one. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Resolves to the output of promtool. Rejects with its errors, which promtool writes to standard output too. */
export async function runPromtool(args: readonly string[]): Promise<string> {
  const { stdout } = await execute(await promtool(), args).catch((error: unknown) => {
    const { stdout: output, stderr } = error as { stdout?: string; stderr?: string }
    throw new Error(`promtool failed:\n${output}${stderr}`, { cause: error })
  })
  return stdout
}

async function promtool(): Promise<string> {
  const given = process.env['PROMTOOL']
  if (given !== undefined) return given
  const { stdout } = await execute(process.execPath, ['rig/main.ts', 'tool', 'promtool'])
  return stdout.trim()
}
