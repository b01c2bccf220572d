import { BASELINE, SERVICE, type Contender } from './measured-server.ts'
import type { LoadProcess } from './load-process.ts'
import { measureFanOut, type FanOut } from './measure-fan-out.ts'
import { measureIdle, type Idle } from './measure-idle.ts'
import type { Plan } from './measurement-plan.ts'

export interface Measured {
  readonly fanOut: FanOut
  readonly idle: Idle
}

/** Both contenders, one right after the other, so that a disturbance is likely to affect both. */
export interface Round {
  readonly service: Measured
  readonly baseline: Measured
}

export async function runRound(
  load: LoadProcess,
  plan: Plan,
  tell: (what: string) => void,
): Promise<Round> {
  const fanOut = async (contender: Contender) => {
    tell(`${contender.name}: fan-out to ${plan.subscribers} streams`)
    return measureFanOut(contender, load, plan)
  }
  const idle = async (contender: Contender) => {
    tell(`${contender.name}: ${plan.idleStreams} idle streams`)
    return measureIdle(contender, load, plan)
  }
  const fanOuts = { service: await fanOut(SERVICE), baseline: await fanOut(BASELINE) }
  const idles = { service: await idle(SERVICE), baseline: await idle(BASELINE) }
  return {
    service: { fanOut: fanOuts.service, idle: idles.service },
    baseline: { fanOut: fanOuts.baseline, idle: idles.baseline },
  }
}

/**
 * The number of rounds in which a server had not finished one event when the next was due. It then sends several
 * events at once, which is cheaper, so the figures are not for this rate. The machine was busy, or is too slow.
 */
export function countFallenBehind(rounds: readonly Round[], { rate }: Plan): number {
  const interval = 1_000 / rate
  return rounds.filter(({ service, baseline }) =>
    [service, baseline].some(({ fanOut }) => fanOut.paced.p50 >= interval),
  ).length
}
