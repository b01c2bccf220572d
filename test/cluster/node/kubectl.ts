import { join } from 'node:path'
import { BIN, KUBECONFIG } from '../layout.ts'
import { runCommand } from '../run-command.ts'

/** Runs kubectl against the local cluster. */
export async function kubectl(...args: readonly string[]): Promise<string> {
  return runCommand(join(BIN, 'kubectl'), ['--kubeconfig', KUBECONFIG, ...args])
}
