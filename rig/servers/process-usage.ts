import { readdirSync } from 'node:fs'
import { readText, threadsOf, unlessEnded, withChildren } from './process-files.ts'

/** Of Linux on all common platforms: the unit in which the kernel tells times of a process. */
const TICKS_PER_SECOND = 100

export interface ProcessUsage {
  /** Seconds. */
  readonly cpu: number
  /** Resident bytes. */
  readonly rss: number
  /** Undefined where a process belongs to another user, of whom only root may ask. */
  readonly descriptors: number | undefined
}

/** What the kernel says of processes and all that they have started, in sum; nothing where all have ended. */
export function readProcesses(pids: readonly number[]): Partial<ProcessUsage> {
  const all = withChildren(pids)
  const cpuTimes = all.flatMap((pid) => cpuTime(pid) ?? [])
  if (cpuTimes.length === 0) return {}
  return {
    cpu: sum(cpuTimes),
    rss: sum(all.map(residentMemory)),
    descriptors: countDescriptors(all),
  }
}

/** CPU seconds of processes and all that they have started. */
export function readCpuTime(pids: readonly number[]): number {
  return sum(withChildren(pids).map((pid) => cpuTime(pid) ?? 0))
}

/** Resident bytes of processes and all that they have started. Memory that they share, as workers of nginx do, counts
 * in each. */
export function readResidentMemory(pids: readonly number[]): number {
  return sum(withChildren(pids).map(residentMemory))
}

/**
 * Seconds; undefined if the process has ended. `schedstat` counts nanoseconds, but a thread that ends takes its time
 * with it. `stat` counts in ticks, and keeps the time of threads and children that have ended, so that the sum does not fall.
 */
function cpuTime(pid: number): number | undefined {
  const stat = readText(`/proc/${pid}/stat`)
  if (stat === undefined) return undefined
  const nanoseconds = threadsOf(pid).map((thread) =>
    Number.parseInt(readText(`/proc/${pid}/task/${thread}/schedstat`) ?? '0', 10),
  )
  // The name before them, in brackets, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ofThreads = sum(fields.slice(11, 13).map(Number)) / TICKS_PER_SECOND
  const ofEndedChildren = sum(fields.slice(13, 15).map(Number)) / TICKS_PER_SECOND
  return Math.max(sum(nanoseconds) / 1e9, ofThreads) + ofEndedChildren
}

/** Bytes. One that has ended, and whose parent has not heard of it yet, has none. */
function residentMemory(pid: number): number {
  const [, kibibytes = 0] = /^VmRSS:\s+(\d+) kB$/m.exec(readText(`/proc/${pid}/status`) ?? '') ?? []
  return Number(kibibytes) * 1_024
}

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
