import { setTimeout as sleep } from 'node:timers/promises'
import type { Contender } from './measured-server.ts'
import type { LoadProcess } from './load-process.ts'
import type { Plan } from './measurement-plan.ts'
import { startServer } from './server-process.ts'

/** The cost of an idle stream. */
export interface Idle {
  /** Bytes of the JavaScript heap for each stream. */
  readonly heap: number
  /** Bytes of resident memory for each stream. */
  readonly rss: number
  /** Microseconds of CPU to open a stream. */
  readonly connect: number
  /** Bytes of resident memory before there are streams. */
  readonly base: number
}

/** Milliseconds for the work of a server after the last stream has got its head. */
const SETTLE = 500
/** Milliseconds, longer than the second for which the service keeps a closed socket. */
const AFTERMATH = 1_500

/** Uses a new process, since memory allocated under an earlier load would be reused. */
export async function measureIdle(
  contender: Contender,
  load: LoadProcess,
  plan: Plan,
): Promise<Idle> {
  await using server = await startServer(contender, { withProbe: true })
  await load.begin(server.port, 1)
  await load.connect(plan.warmUpStreams)
  await load.disconnect()
  await sleep(AFTERMATH)

  const memory = await server.sampleMemory()
  const cpuTime = await server.cpuTime()
  await load.connect(plan.idleStreams)
  await sleep(SETTLE)
  const connect = (await server.cpuTime()) - cpuTime
  const { heap, rss } = await server.sampleMemory()
  await load.disconnect()
  return {
    heap: (heap - memory.heap) / plan.idleStreams,
    rss: (rss - memory.rss) / plan.idleStreams,
    connect: (connect * 1e6) / plan.idleStreams,
    base: memory.rss,
  }
}
