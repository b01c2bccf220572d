import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { kill } from './processes.ts'

const ROOT = '/sys/fs/cgroup'
const NAME = 'runnel-cluster'

/** What kubelet hangs its pods under, so that they are ours beyond doubt. */
export const CGROUP = `/${NAME}`

/** Of version 2 there is one hierarchy, of version 1 one for each controller. */
async function hierarchies(): Promise<string[]> {
  if (existsSync(join(ROOT, 'cgroup.controllers'))) return [ROOT]
  const names = await readdir(ROOT)
  return names.map((name) => join(ROOT, name))
}

export async function makeCgroup(): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    const path = join(hierarchy, NAME)
    await mkdir(path, { recursive: true })
    const controllers = await readFile(join(path, 'cgroup.controllers'), 'utf8').catch(() => '')
    const enabled = controllers.split(/\s+/).filter((name) => name !== '')
    const text = enabled.map((name) => `+${name}`).join(' ')
    if (text !== '') await writeFile(join(path, 'cgroup.subtree_control'), text)
  }
}

/** Kills what is still in it. */
export async function killCgroup(): Promise<void> {
  for (const path of await cgroupLeftovers()) {
    const members = await readFile(join(path, 'cgroup.procs'), 'utf8').catch(() => '')
    for (const pid of members.split('\n')) if (pid !== '') kill(Number(pid))
  }
}

/** Throws while something is still in it. */
export async function removeCgroup(): Promise<void> {
  for (const path of await cgroupLeftovers()) await rmdir(path)
}

/** Its folders, those within others first. */
export async function cgroupLeftovers(): Promise<string[]> {
  const found: string[] = []
  for (const hierarchy of await hierarchies()) await collect(join(hierarchy, NAME), found)
  return found
}

async function collect(folder: string, found: string[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined)
  if (entries === undefined) return
  for (const entry of entries) {
    if (entry.isDirectory()) await collect(join(folder, entry.name), found)
  }
  found.push(folder)
}
