import { readdirSync, readFileSync } from 'node:fs'

/**
 * CPU seconds of processes and their children, all threads together. `schedstat` counts nanoseconds where `stat` counts
 * ticks of 10 ms, and `process.cpuUsage` cannot ask for another process.
 */
export function readCpuTime(pids: readonly number[]): number {
  const nanoseconds = withChildren(pids).flatMap((pid) =>
    readdirSync(`/proc/${pid}/task`).map((task) =>
      Number.parseInt(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'latin1'), 10),
    ),
  )
  return sum(nanoseconds) / 1e9
}

/** Resident bytes of processes and their children. */
export function readResidentMemory(pids: readonly number[]): number {
  const kilobytes = withChildren(pids).map((pid) => {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0)
  })
  return sum(kilobytes) * 1_024
}

/** nginx has a master, whose child does the work. */
function withChildren(pids: readonly number[]): number[] {
  return pids.flatMap((pid) => {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
    const children = text.split(' ').filter((child) => child.trim() !== '')
    return [pid, ...withChildren(children.map(Number))]
  })
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
