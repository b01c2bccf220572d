import { readdir, readFile } from 'node:fs/promises'

/**
 * CPU seconds of a process, all threads together. `schedstat` counts nanoseconds where `stat` counts
 * ticks of 10 ms, and `process.cpuUsage` cannot ask for another process.
 */
export async function readCpuTime(pid: number): Promise<number> {
  const tasks = `/proc/${pid}/task`
  const texts = await Promise.all(
    (await readdir(tasks)).map(async (task) => readFile(`${tasks}/${task}/schedstat`, 'latin1')),
  )
  const nanoseconds = texts.reduce((sum, text) => sum + Number.parseInt(text, 10), 0)
  return nanoseconds / 1e9
}
