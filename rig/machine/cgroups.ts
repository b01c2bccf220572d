import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const ROOT = '/sys/fs/cgroup'
const NAME = 'runnel-cluster'

/** The control group below which kubelet puts its pods, which marks their processes as the cluster's. */
export const CGROUP = `/${NAME}`

const isVersion2 = existsSync(join(ROOT, 'cgroup.controllers'))

/** The hierarchy by which processes are found. One is enough, as every process is in each of them. */
const TRACKED = join(isVersion2 ? ROOT : join(ROOT, 'pids'), NAME)

/** A process that writes its id into this file joins the cluster, with all that it starts. */
export const MEMBERS_FILE = join(TRACKED, 'daemons', 'cgroup.procs')

/** Version 2 has one hierarchy, version 1 has one for each controller. */
async function hierarchies(): Promise<string[]> {
  if (isVersion2) return [ROOT]
  const names = await readdir(ROOT)
  return names.map((name) => join(ROOT, name))
}

export async function makeCgroup(): Promise<void> {
  // A group has only the controllers that its parent enables for it.
  if (isVersion2) await enableControllers(ROOT)
  for (const hierarchy of await hierarchies()) {
    await mkdir(join(hierarchy, NAME), { recursive: true })
  }
  if (isVersion2) await enableControllers(TRACKED)
  await mkdir(join(TRACKED, 'daemons'), { recursive: true })
}

async function enableControllers(folder: string): Promise<void> {
  const controllers = (await readFile(join(folder, 'cgroup.controllers'), 'utf8')).trim()
  const text = controllers.replaceAll(/\S+/g, '+$&')
  await writeFile(join(folder, 'cgroup.subtree_control'), text)
}

/** The processes of the cluster, those of its pods included. */
export async function memberProcesses(): Promise<Set<number>> {
  const members = new Set<number>()
  for (const path of await foldersBelow(TRACKED)) {
    const text = await readFile(join(path, 'cgroup.procs'), 'utf8').catch(() => '')
    for (const pid of text.split('\n')) if (pid !== '') members.add(Number(pid))
  }
  return members
}

/** Throws while a process is still in it. */
export async function removeCgroup(): Promise<void> {
  for (const path of await cgroupLeftovers()) await rmdir(path)
}

/** The folders of the control group, inner ones first. */
export async function cgroupLeftovers(): Promise<string[]> {
  const found: string[] = []
  for (const hierarchy of await hierarchies()) {
    found.push(...(await foldersBelow(join(hierarchy, NAME))))
  }
  return found
}

async function foldersBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined)
  if (entries === undefined) return []
  const found: string[] = []
  for (const entry of entries) {
    if (entry.isDirectory()) found.push(...(await foldersBelow(join(folder, entry.name))))
  }
  return [...found, folder]
}
