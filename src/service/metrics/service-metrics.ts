import { ChannelNames } from '../../telemetry/channel-names.ts'
import { startMetrics, type MetricsOptions } from '../../telemetry/start-metrics.ts'
import type { Metrics } from '../../telemetry/metrics.ts'
import type { ServiceObserver } from '../observe-all.ts'
import { EventMetrics } from './event-metrics.ts'
import { LabelSets } from './label-sets.ts'
import { OTHER } from './label-values.ts'
import { Tally } from './tally.ts'
import { METRICS } from './metrics-table.ts'
import { observeParts } from './observe-parts.ts'
import type { ObservedParts } from './observed-parts.ts'
import { RequestMetrics } from './request-metrics.ts'
import { StreamMetrics } from './stream-metrics.ts'

/** The metrics of a service: those that count what observers are told, and those that are read from its parts. */
export class ServiceMetrics {
  readonly observers: readonly ServiceObserver[]
  readonly #metrics: Metrics
  readonly #names: ChannelNames
  readonly #channels: LabelSets<string>

  /** `channels`: those that labels may name. */
  constructor(metrics: Metrics, channels: readonly string[]) {
    const { meter } = metrics
    this.#metrics = metrics
    this.#names = new ChannelNames(channels)
    this.#channels = new LabelSets((channel) => ({ channel }), [...channels, OTHER])
    const failures = new Tally(meter, METRICS.requestFailures)
    this.observers = [
      new StreamMetrics(meter, failures),
      new RequestMetrics(meter, failures),
      new EventMetrics(meter, this.#names, this.#channels),
    ]
  }

  static async start(
    channels: readonly string[],
    options: Omit<MetricsOptions, 'service'>,
  ): Promise<ServiceMetrics> {
    return new ServiceMetrics(await startMetrics({ ...options, service: 'runnel' }), channels)
  }

  /** To be called once. */
  observe(parts: ObservedParts): void {
    observeParts(this.#metrics.meter, parts, this.#names, this.#channels)
  }

  /** In the text format of Prometheus. */
  readonly render = async (): Promise<string> => this.#metrics.render()

  /** Pushes the last values where metrics are pushed. Never rejects. */
  async close(): Promise<void> {
    await this.#metrics.close()
  }
}
