import { runCommand } from '../run-command.ts'

/** Why this machine cannot run containers; undefined if it can. */
export async function obstacleToContainers(): Promise<string | undefined> {
  if (process.platform !== 'linux') return `containers need Linux, this is ${process.platform}`
  if (process.getuid?.() !== 0) return 'containers need root here'
  try {
    // What every container needs: namespaces of its own, and a mount within them.
    const namespaces = ['--mount', '--pid', '--net', '--fork']
    await runCommand('unshare', [...namespaces, 'mount', '-t', 'tmpfs', 'none', '/mnt'])
    return undefined
  } catch {
    return 'this machine gives no namespaces of their own to processes (unshare fails)'
  }
}
