/** The processes of containers, where the node that runs them is this machine. */
import { readdir, readFile } from 'node:fs/promises'

/** Of a container, from what the status of its pod says, such as containerd://f00d. */
export function idOf(containerId: string): string {
  return containerId.replace(/^\w+:\/\//, '')
}

/** The process ids of each container that has any here, in their order. The control group of a process names its container. */
export async function processesOf(
  containers: readonly string[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const found = new Map<string, number[]>()
  const names = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  const groups = await Promise.all(
    names.map(async (pid) => readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '')),
  )
  for (const [index, group] of groups.entries()) {
    const container = containers.find((id) => id !== '' && group.includes(id))
    if (container === undefined) continue
    found.set(container, [...(found.get(container) ?? []), Number(names[index])])
  }
  return found
}
