import { readFile } from 'node:fs/promises'
import type { ServeConfig } from '../config/serve/serve-table.ts'

/** Descriptors for listeners, polls, publishes and files, beyond those for streams. */
const RESERVE = 256

/**
 * A warning if the process may open fewer connections than its settings allow: without a free descriptor, a
 * connection is dropped with no answer and no closing event.
 */
export async function descriptorWarning({ maxStreams }: ServeConfig): Promise<string | undefined> {
  const limit = await readLimit()
  if (limit === undefined || limit >= maxStreams + RESERVE) return undefined
  return (
    `this process may open ${limit} files, too few for RUNNEL_MAX_STREAMS=${maxStreams}: ` +
    `lower that to ${Math.max(1, limit - RESERVE)} or raise the limit (ulimit -n) to ${maxStreams + RESERVE}`
  )
}

/** The soft limit of open files, on Linux only. */
async function readLimit(): Promise<number | undefined> {
  try {
    const limits = await readFile('/proc/self/limits', 'latin1')
    const [, soft] = /^Max open files\s+(\d+)/m.exec(limits) ?? []
    return soft === undefined ? undefined : Number(soft)
  } catch {
    return undefined
  }
}
