import { readFile } from 'node:fs/promises'
import { STATE } from '../layout.ts'
import { runCommand } from '../run-command.ts'

/** Places below the cluster's folder where something is mounted, the innermost first. */
export async function clusterMounts(): Promise<string[]> {
  const lines = (await readFile('/proc/mounts', 'utf8')).split('\n')
  const places = lines.map((line) => line.split(' ')[1] ?? '')
  return places.filter((place) => place.startsWith(`${STATE}/`)).toReversed()
}

export async function unmountAll(): Promise<void> {
  for (const place of await clusterMounts()) await runCommand('umount', ['--lazy', place])
}
