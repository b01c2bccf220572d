import { readdir, readFile } from 'node:fs/promises'

/** The variable by which the processes of a run are known, those with a process group of their own too. */
export const RUN_VARIABLE = 'RUNNEL_MUTANTS_RUN'

/** Ends what is left of a run: its process group, and each process that has its mark. Returns how many had it. */
export async function endProcesses(group: number, mark: string): Promise<number> {
  end(-group)
  const marked = await findMarked(mark)
  for (const pid of marked) end(pid)
  return marked.length
}

/** Empty where there is no /proc: there the process group has to do. */
async function findMarked(mark: string): Promise<number[]> {
  const entries = await readdir('/proc').catch(() => [])
  const pids = entries.filter((entry) => /^\d+$/.test(entry)).map(Number)
  const found = await Promise.all(pids.map(async (pid) => hasMark(pid, mark)))
  return pids.filter((_, index) => found[index])
}

async function hasMark(pid: number, mark: string): Promise<boolean> {
  // A process that has ended meanwhile, or is another user's, cannot be read.
  const variables = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
  return variables.split('\0').includes(`${RUN_VARIABLE}=${mark}`)
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
