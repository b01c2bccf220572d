/**
 * The figures that other programs compute with, in docs/figures.json. Each section names the command that measured it
 * and the machine; the benchmarks write them with `--record`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { readMachine, type Machine } from '../loadtest/report/machine.ts'

const PATH = new URL('../docs/figures.json', import.meta.url)

const section = <T extends z.ZodRawShape>(figures: T) =>
  z.strictObject({ command: z.string(), machine: z.string(), figures: z.strictObject(figures) })

const positive = z.number().positive()

const measuredFigures = z.strictObject({
  service: section({
    /** To 1,000 subscribers of one channel at 50 events a second, 128 bytes each. */
    deliveriesPerCpuSecond: positive,
    /** CPU of a pod to open a stream. */
    microsecondsToOpen: positive,
    /** Resident memory for each idle stream, without the buffers of the kernel. */
    bytesPerStream: positive,
    /** Resident memory of a process that holds no stream. */
    bytesWithoutStreams: positive,
  }),
  append: section({
    /** CPU of the Redis server for an event of 200 bytes. */
    microsecondsPerAppend: positive,
  }),
  notify: section({
    /** CPU of the Redis server to tell one more pod of an event of 200 bytes. */
    microsecondsPerPod: positive,
  }),
  redisMemory: section({
    /** A channel with one event of `textBytes`. */
    bytesPerChannel: positive,
    /** A further event of `textBytes`. */
    bytesPerEvent: positive,
    textBytes: positive,
  }),
})

export type MeasuredFigures = z.infer<typeof measuredFigures>

export function readMeasuredFigures(): MeasuredFigures {
  return measuredFigures.parse(JSON.parse(readFileSync(PATH, 'utf8')))
}

/**
 * Replaces a section by what this machine has just measured. A process that was moved to one core has read the machine
 * before, since it would find one core.
 */
export function recordFigures<K extends keyof MeasuredFigures>(
  name: K,
  command: string,
  figures: MeasuredFigures[K]['figures'],
  { cores, model, kernel, node }: Machine = readMachine(),
): void {
  const machine = `${cores} cores (${model}), ${kernel}, Node ${node}`
  const stored = JSON.parse(readFileSync(PATH, 'utf8')) as Partial<MeasuredFigures>
  const changed = { ...stored, [name]: { command, machine, figures } }
  writeFileSync(PATH, `${JSON.stringify(measuredFigures.partial().parse(changed), null, 2)}\n`)
}
