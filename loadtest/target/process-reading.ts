import { readdir, readFile } from 'node:fs/promises'
import type { ServerSample } from './target.ts'

/** Of Linux on all common platforms: the unit in which the kernel tells times of a process. */
const TICKS_PER_SECOND = 100

/** What the kernel says of a process; nothing where it has ended. */
export async function readProcess(
  pid: number,
): Promise<Partial<Pick<ServerSample, 'cpu' | 'rss' | 'descriptors'>>> {
  try {
    const [stat, status, files] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/status`, 'utf8'),
      readdir(`/proc/${pid}/fd`),
    ])
    // The name before them, in brackets, may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [userTicks, systemTicks] = [Number(fields[11]), Number(fields[12])]
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? []
    return {
      cpu: (userTicks + systemTicks) / TICKS_PER_SECOND,
      rss: Number(kibibytes) * 1_024,
      descriptors: files.length,
    }
  } catch {
    return {}
  }
}
