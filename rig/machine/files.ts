/** The mounts and files of a cluster: all below its own folder, but for a few at fixed places. */
import { readdir, readFile, readlink, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { STATE } from '../paths.ts'
import { runCommand } from '../run-command.ts'
import { POD_NETWORK } from './network.ts'

/** Mount points below the cluster's folder, the innermost first. */
export async function clusterMounts(): Promise<string[]> {
  const lines = (await readFile('/proc/mounts', 'utf8')).split('\n')
  const places = lines.map((line) => line.split(' ')[1] ?? '')
  return places.filter((place) => place.startsWith(`${STATE}/`)).toReversed()
}

export async function unmountAll(): Promise<void> {
  for (const place of await clusterMounts()) await runCommand('umount', ['--lazy', place])
}

export async function removeFiles(): Promise<void> {
  await removeCniResults()
  await removeContainerLogLinks()
  await rm(STATE, { recursive: true, force: true })
}

/** CNI writes the result of each attachment to a folder of the whole machine. */
async function removeCniResults(): Promise<void> {
  const folder = '/var/lib/cni/results'
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name)
    // A result of the loopback plugin names no network, only the container's network namespace.
    const text = await readFile(path, 'utf8').catch(() => '')
    if (name.startsWith(`${POD_NETWORK}-`) || text.includes(STATE)) await rm(path)
  }
}

/** Kubelet links the output of each container from a folder of the whole machine. */
async function removeContainerLogLinks(): Promise<void> {
  const folder = '/var/log/containers'
  for (const name of await readdir(folder).catch(() => [])) {
    const target = await readlink(join(folder, name)).catch(() => '')
    if (target.startsWith(STATE)) await rm(join(folder, name))
  }
}
