import { readdirSync } from 'node:fs'
import { readText, unlessEnded, withChildren } from '../../rig/servers/process-files.ts'
import type { ServerSample } from './target.ts'

/** Of Linux on all common platforms: the unit in which the kernel tells times of a process. */
const TICKS_PER_SECOND = 100

type ProcessSample = Partial<Pick<ServerSample, 'cpu' | 'rss' | 'descriptors'>>

/** What the kernel says of processes and all that they have started, in sum; nothing where all have ended. */
export function readProcesses(pids: readonly number[]): ProcessSample {
  const all = [...new Set(withChildren(pids))]
  const stats = all.flatMap((pid) => readText(`/proc/${pid}/stat`) ?? [])
  if (stats.length === 0) return {}
  return {
    cpu: sum(stats.map(cpuTime)),
    rss: sum(all.map(residentMemory)),
    descriptors: countDescriptors(all),
  }
}

/** Seconds, with those of its children that have ended, so that the sum does not fall when one ends. */
function cpuTime(stat: string): number {
  // The name before them, in brackets, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return sum(fields.slice(11, 15).map(Number)) / TICKS_PER_SECOND
}

/** Bytes. One that has ended, and whose parent has not heard of it yet, has none. */
function residentMemory(pid: number): number {
  const [, kibibytes = 0] = /^VmRSS:\s+(\d+) kB$/m.exec(readText(`/proc/${pid}/status`) ?? '') ?? []
  return Number(kibibytes) * 1_024
}

/** Undefined where a process belongs to another user, of whom only root may ask. */
function countDescriptors(pids: readonly number[]): number | undefined {
  try {
    return sum(pids.map((pid) => unlessEnded(() => readdirSync(`/proc/${pid}/fd`))?.length ?? 0))
  } catch {
    return undefined
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
