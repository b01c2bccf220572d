import { readFile } from 'node:fs/promises'

/** The letter by which Linux knows what a process does, such as `T` if it is stopped; `X` if there is none. */
export async function stateOf(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') X')
  // The name before it may hold anything.
  return status.charAt(status.lastIndexOf(')') + 2)
}

/** Whether a process has not ended. One that has may wait to be collected by its parent. */
export async function isRunning(pid: number): Promise<boolean> {
  return !/[ZX]/.test(await stateOf(pid))
}
