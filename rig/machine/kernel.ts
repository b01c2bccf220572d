/** Requirements of containers and pods on the kernel of this machine. */
import { existsSync } from 'node:fs'
import { runCommand } from '../run-command.ts'

/** The module of each path that must exist; a kernel may also have the feature built in. */
const MODULES: Readonly<Record<string, string>> = {
  '/proc/sys/net/bridge/bridge-nf-call-iptables': 'br_netfilter',
  '/proc/sys/net/netfilter': 'nf_conntrack',
}

/** Why this machine cannot run containers; undefined if it can. */
export async function obstacleToContainers(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `containers need Linux, this is ${process.platform}`
  if (process.getuid?.() !== 0) return 'containers need root here'
  try {
    // Every container needs namespaces of its own, and a mount within them.
    const namespaces = ['--mount', '--pid', '--net', '--fork']
    await runCommand('unshare', [...namespaces, 'mount', '-t', 'tmpfs', 'none', '/mnt'])
    return undefined
  } catch {
    return 'this machine gives no namespaces of their own to processes (unshare fails)'
  }
}

/** Loads the modules that are missing. */
export async function loadModules(): Promise<void> {
  for (const [path, name] of Object.entries(MODULES)) {
    if (existsSync(path)) continue
    await runCommand('modprobe', [name]).catch((error: unknown) => {
      throw new Error(`expected the kernel to have ${name}: ${String(error)}`, { cause: error })
    })
  }
}
