import { join } from 'node:path'
import { STATE } from '../layout.ts'
import { runCommand } from '../run-command.ts'

export const RUNTIME_SOCKET = join(STATE, 'containerd', 'socket')

/** Runs the client of the cluster's containerd. */
export async function ctr(...args: readonly string[]): Promise<string> {
  return runCommand('ctr', ['--address', RUNTIME_SOCKET, ...args])
}
