import type { Address, Judgement } from '../../loadtest/driver/commands.ts'
import { DriverProcess } from '../../loadtest/driver/driver-process.ts'
import { Histogram } from '../../loadtest/driver/histogram.ts'
import { ReasonCounts } from '../../loadtest/driver/reason-counts.ts'
import type { Counts, Reasons, Tally } from '../../loadtest/driver/tally.ts'

export const RUN_ID = 'test'

/** Two driver processes, one that publishes and one that subscribes, as in a load test. */
export class DrivenLoad implements AsyncDisposable {
  readonly publisher: DriverProcess
  readonly subscribers: DriverProcess
  readonly tallies: Tally[] = []

  private constructor() {
    const onTally = (tally: Tally) => {
      this.tallies.push(tally)
    }
    this.publisher = DriverProcess.start({ onTally })
    this.subscribers = DriverProcess.start({ onTally })
  }

  /** The server is a URL, or an address with more to it. */
  static async start(server: string | Address, channels: readonly string[]): Promise<DrivenLoad> {
    const load = new DrivenLoad()
    const address = typeof server === 'string' ? addressOf(server) : server
    const options = { address, channels, runId: RUN_ID }
    await Promise.all([
      load.publisher.prepare({ ...options, driver: 0 }),
      load.subscribers.prepare({ ...options, driver: 1 }),
    ])
    return load
  }

  async subscribe(count: number): Promise<void> {
    await this.subscribers.subscribe({
      count,
      kind: 'stream',
      reading: { kind: 'at-once' },
      from: 'latest',
    })
  }

  /** `limit`: seconds that what is missing may still take. */
  async judge(limit: number): Promise<Judgement> {
    return this.subscribers.judge(await this.publisher.published(), limit)
  }

  /** Those with a stream, by the last tally of the driver that has any. */
  get open(): number {
    return this.tallies.findLast(({ gauges }) => gauges.subscribers > 0)?.gauges.open ?? 0
  }

  total(name: keyof Counts): number {
    return this.tallies.reduce((sum, { counts }) => sum + counts[name], 0)
  }

  get reasons(): Reasons {
    const counts = new ReasonCounts()
    for (const { reasons } of this.tallies) counts.addAll(reasons)
    return counts.encode()
  }

  histogram(name: keyof Tally['histograms']): Histogram {
    const merged = new Histogram()
    for (const { histograms } of this.tallies) merged.add(histograms[name])
    return merged
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([
      this.publisher[Symbol.asyncDispose](),
      this.subscribers[Symbol.asyncDispose](),
    ])
  }
}

export function addressOf(url: string): Address {
  return {
    dialect: 'runnel',
    url,
    publishUrl: url,
    headers: {},
    publishHeaders: {},
    connectTo: [],
  }
}
