import { existsSync } from 'node:fs'
import { runCommand } from '../run-command.ts'

/** What pods need of the kernel, with the module that has it where it is not built in. */
const FEATURES: Readonly<Record<string, string>> = {
  '/proc/sys/net/bridge/bridge-nf-call-iptables': 'br_netfilter',
  '/proc/sys/net/netfilter': 'nf_conntrack',
}

/** Loads the modules that are missing. */
export async function loadModules(): Promise<void> {
  for (const [path, name] of Object.entries(FEATURES)) {
    if (existsSync(path)) continue
    await runCommand('modprobe', [name]).catch((error: unknown) => {
      throw new Error(`expected the kernel to have ${name}: ${String(error)}`, { cause: error })
    })
  }
}
