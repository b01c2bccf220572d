/** Measures the resources of a service process: heap, descriptors and counts. */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { eventually } from './eventually.ts'
import type { ServeOptions, ServeProcess } from './serve-process.ts'

const PRELOAD = new URL('report-memory.ts', import.meta.url).href

/** Options of `spawnServe` that `readHeap` needs. */
export const MEASURED: ServeOptions = { nodeFlags: ['--expose-gc', '--import', PRELOAD] }

/** Readings without a lower value before a heap counts as settled, and milliseconds between them. */
const CALM_READINGS = 5
const READING_INTERVAL = 250
/** Bytes by which readings of the same heap differ. */
const NOISE = 2_048

/** Any process of ours that `MEASURED` preloads into. */
type MeasuredProcess = Pick<ServeProcess, 'child' | 'lines'>

/** Bytes of heap in use after a collection. */
export async function readHeap({ child, lines }: MeasuredProcess): Promise<number> {
  const reports = () => lines.filter((line) => line['msg'] === 'memory')
  const before = reports().length
  child.kill('SIGUSR2')
  return eventually(() => {
    const report = reports()[before]
    if (report === undefined) throw new Error('expected a report of memory')
    return Number(report['heapUsed'])
  })
}

/** Bytes of heap once it falls no further. By then timers that hold closed sockets have run. */
export async function readSettledHeap(process: MeasuredProcess): Promise<number> {
  let floor = await readHeap(process)
  for (let calm = 0; calm < CALM_READINGS; calm++) {
    await setTimeout(READING_INTERVAL)
    const heap = await readHeap(process)
    if (heap < floor - NOISE) calm = -1
    floor = Math.min(floor, heap)
  }
  return floor
}

/** Open descriptors; Linux only. */
export function countDescriptors({ child }: ServeProcess): number {
  return readdirSync(`/proc/${child.pid}/fd`).length
}

export interface Counts {
  readonly subscribers: number
  readonly polls: number
  /** Channels that the hub knows. */
  readonly channels: number
}

export async function readCounts({ adminUrl }: ServeProcess): Promise<Counts> {
  // A kept connection would count as a descriptor.
  const response = await fetch(`${adminUrl}/snapshot`, { headers: { Connection: 'close' } })
  const { subscribers, polls, channels } = (await response.json()) as Counts
  return { subscribers, polls, channels }
}

/** The number of log lines that report a stream of this channel closed for this reason. */
export function countClosed({ lines }: ServeProcess, channel: string, reason: string): number {
  return lines.filter(
    (line) =>
      line['msg'] === 'stream closed' &&
      line['reason'] === reason &&
      String(line['channels']) === channel,
  ).length
}

/** Bytes of memory that the process takes; Linux only. */
export function residentBytes({ child }: Pick<ServeProcess, 'child'>): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(
    readFileSync(`/proc/${child.pid}/status`, 'latin1'),
  )!
  return Number(kilobytes) * 1_024
}
