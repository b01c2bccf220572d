import type { Contender } from './measured-server.ts'
import type { LoadProcess } from './load-process.ts'
import type { Outcome } from './load/load.ts'
import type { Plan } from './measurement-plan.ts'
import { startServer, type ServerProcess } from './server-process.ts'

export interface FanOut {
  readonly paced: Delivering
  readonly saturated: Delivering
}

export interface Delivering extends Outcome {
  readonly deliveriesPerCpuSecond: number
  /** Share of its core that the server used, 0 to 1. */
  readonly coreUse: number
}

/** One channel, all subscribers on it: first at a fixed rate, then as fast as it goes. */
export async function measureFanOut(
  contender: Contender,
  load: LoadProcess,
  plan: Plan,
): Promise<FanOut> {
  await using server = await startServer(contender, { withProbe: false })
  await load.begin(server.port, plan.inFlight)
  await load.rehearse(plan.rehearsed)
  await load.connect(plan.subscribers)
  await load.pace(plan.rate, plan.pacedWarmUp)
  const paced = await measure(server, async () => load.pace(plan.rate, plan.paced))
  await load.saturate(plan.inFlight, plan.saturatedWarmUp)
  const saturated = await measure(server, async () => load.saturate(plan.inFlight, plan.saturated))
  await load.disconnect()
  return { paced, saturated }
}

async function measure(server: ServerProcess, run: () => Promise<Outcome>): Promise<Delivering> {
  const before = await server.cpuTime()
  const outcome = await run()
  const cpuTime = (await server.cpuTime()) - before
  return {
    ...outcome,
    deliveriesPerCpuSecond: outcome.deliveries / cpuTime,
    coreUse: cpuTime / outcome.seconds,
  }
}
