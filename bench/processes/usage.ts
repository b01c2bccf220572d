import { readText, threadsOf, withChildren } from '../../rig/servers/process-files.ts'

/**
 * CPU seconds of processes and their children, all threads together. `schedstat` counts nanoseconds where `stat` counts
 * ticks of 10 ms, and `process.cpuUsage` cannot ask for another process. A thread that ends takes its time with it; the
 * servers here keep theirs.
 */
export function readCpuTime(pids: readonly number[]): number {
  const nanoseconds = withChildren(pids).flatMap((pid) =>
    threadsOf(pid).map((thread) =>
      Number.parseInt(readText(`/proc/${pid}/task/${thread}/schedstat`) ?? '0', 10),
    ),
  )
  return sum(nanoseconds) / 1e9
}

/** Resident bytes of processes and their children. Memory that they share, as workers of nginx do, counts in each. */
export function readResidentMemory(pids: readonly number[]): number {
  const kilobytes = withChildren(pids).map((pid) => {
    const status = readText(`/proc/${pid}/status`) ?? ''
    return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0)
  })
  return sum(kilobytes) * 1_024
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
