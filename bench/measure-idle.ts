import { setTimeout as sleep } from 'node:timers/promises'
import type { Contender } from './contender.ts'
import type { LoadProcess } from './load-process.ts'
import type { Plan } from './plan.ts'
import { startServer } from './server-process.ts'

/** What a stream costs that nothing happens on. */
export interface Idle {
  /** Bytes of the JavaScript heap a stream. */
  readonly heap: number
  /** Bytes of resident memory a stream. */
  readonly rss: number
  /** Microseconds of CPU to open a stream. */
  readonly connect: number
}

/** For what a server does after the last stream has got its head, in ms. */
const SETTLE = 500
/** Longer than the second for which the service keeps a socket that was closed, in ms. */
const AFTERMATH = 1_500

/** A fresh process, since memory that an earlier load made room for would cost nothing now. */
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
  }
}
