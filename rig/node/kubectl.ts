import { join } from 'node:path'
import { NODE } from '../addresses.ts'
import { BIN, KUBECONFIG } from '../layout.ts'
import { runCommand } from '../run-command.ts'

/** Runs kubectl against the local cluster. */
export async function kubectl(...args: readonly string[]): Promise<string> {
  return runCommand(join(BIN, 'kubectl'), ['--kubeconfig', KUBECONFIG, ...args], {
    // A proxy of this machine's knows no way to it.
    env: { NO_PROXY: NODE, no_proxy: NODE },
  })
}
