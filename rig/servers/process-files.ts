/** What Linux says of processes in /proc. Each of them, and each of their threads, may end at any moment. */
import { readdirSync, readFileSync } from 'node:fs'

/** The processes that have not ended, and all that these have started, each once. */
export function withChildren(pids: readonly number[]): readonly number[] {
  const all = pids.flatMap((pid) => {
    const threads = threadsOf(pid)
    // A thread lists the processes that it has started itself.
    const lists = threads.map((thread) => readText(`/proc/${pid}/task/${thread}/children`) ?? '')
    const children = lists.join(' ').split(' ').filter(Boolean).map(Number)
    return threads.length === 0 ? [] : [pid, ...withChildren(children)]
  })
  return [...new Set(all)]
}

/** The ids of a process's threads; none if it has ended. */
export function threadsOf(pid: number): readonly string[] {
  return unlessEnded(() => readdirSync(`/proc/${pid}/task`)) ?? []
}

/** Undefined if what the file tells of has ended. */
export function readText(path: string): string | undefined {
  return unlessEnded(() => readFileSync(path, 'latin1'))
}

/** Undefined where the process or thread has ended. */
export function unlessEnded<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // The second one comes where it has ended after its file was opened.
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}
