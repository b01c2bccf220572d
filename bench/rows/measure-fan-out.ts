import type { Amounts } from '../amounts.ts'
import type { MeasuredServer, Prepared } from '../contenders/contender.ts'
import { Load, type Outcome } from '../load.ts'

export interface FanOut {
  readonly channels: number
  /** Over all channels, for each process of the server. */
  readonly subscribers: number
  /** Events a second over all channels. */
  readonly rate: number
}

export interface Delivering extends Outcome {
  readonly deliveriesPerCpuSecond: number
  /** CPU seconds a second, while events were published. */
  readonly coreShare: number
}

/** Milliseconds: a median latency that no server has which keeps up. */
const LATE = 100

/** Events at fixed times. Throws if the server falls behind. */
export async function measurePaced(
  { start }: Prepared,
  fanOut: FanOut,
  amounts: Amounts,
): Promise<Delivering> {
  const { channels, subscribers, rate } = fanOut
  const { rehearsed, warmUp, measured } = amounts
  await using server = await start()
  await using load = await Load.start(server, channels, amounts)
  await load.rehearse(rehearsed)
  await load.subscribe(subscribers * server.processes)
  await load.run(async () => load.publish(rate, warmUp))
  const delivering = await measureCpu(server, load, async () => load.publish(rate, measured))
  assertInTime(delivering, fanOut, server)
  return delivering
}

/** Events of one channel, each as soon as the earlier ones have reached every subscriber. */
export async function measureSaturated(
  { start }: Prepared,
  subscribers: number,
  amounts: Amounts,
): Promise<Delivering> {
  const { rehearsed, warmUp, measured } = amounts
  await using server = await start()
  await using load = await Load.start(server, 1, amounts)
  await load.rehearse(rehearsed)
  await load.subscribe(subscribers)
  await load.run(async () => load.saturate(warmUp))
  return await measureCpu(server, load, async () => load.saturate(measured))
}

/**
 * Throws if half of a channel's events had not arrived when its next one was due. The server then sends several at once,
 * which is cheaper, so the figures are not for this rate. The machine was busy, or is too slow.
 */
export function assertInTime(
  { p50, driverShare }: Outcome,
  { channels, rate }: FanOut,
  { holdsBack }: MeasuredServer,
): void {
  const limit = Math.min((channels * 1_000) / rate, LATE) + holdsBack
  if (p50 < limit) return
  throw new Error(
    `it fell behind ${rate} events/s: expected a median latency under ${limit.toFixed(0)} ms, ` +
      `got ${p50.toFixed(0)} ms; the load used ${(driverShare * 100).toFixed(0)} % of its core`,
  )
}

async function measureCpu(
  server: MeasuredServer,
  load: Load,
  publish: () => Promise<void>,
): Promise<Delivering> {
  const before = server.cpuTime()
  let published = before
  const outcome = await load.run(async () => {
    await publish()
    published = server.cpuTime()
  })
  // Events may arrive after the last one was published, and their deliveries have their cost.
  const all = server.cpuTime() - before
  return {
    ...outcome,
    deliveriesPerCpuSecond: outcome.deliveries / all,
    coreShare: (published - before) / outcome.seconds,
  }
}
