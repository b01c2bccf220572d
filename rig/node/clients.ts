/** The command-line clients of the local cluster: kubectl for its API, ctr for its containerd. */
import { join } from 'node:path'
import { NODE } from '../addresses.ts'
import { BIN, KUBECONFIG, STATE } from '../paths.ts'
import { runCommand } from '../run-command.ts'

export const RUNTIME_SOCKET = join(STATE, 'containerd', 'socket')

export async function kubectl(...args: readonly string[]): Promise<string> {
  return runCommand(join(BIN, 'kubectl'), ['--kubeconfig', KUBECONFIG, ...args], {
    // A proxy that this machine uses cannot reach the cluster.
    env: { NO_PROXY: NODE, no_proxy: NODE },
  })
}

export async function ctr(...args: readonly string[]): Promise<string> {
  return runCommand('ctr', ['--address', RUNTIME_SOCKET, ...args])
}
