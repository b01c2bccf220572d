import type { Histogram, Meter } from '@opentelemetry/api'
import type { LogEvent } from '../../log/event-log.ts'
import type { ChannelNames } from '../../telemetry/channel-names.ts'
import type { ServiceObserver } from '../observe-all.ts'
import type { LabelSets } from './label-sets.ts'
import { makeHistogram } from './metric.ts'
import { METRICS } from './metrics-table.ts'
import { Tally } from './tally.ts'

/** Counts events as they come from the log, once each. What is done for each stream is counted by the hub. */
export class EventMetrics implements ServiceObserver {
  readonly #names: ChannelNames
  readonly #channels: LabelSets<string>
  readonly #received: Tally
  readonly #lag: Histogram
  readonly #fanOutDuration: Histogram

  constructor(meter: Meter, names: ChannelNames, channels: LabelSets<string>) {
    this.#names = names
    this.#channels = channels
    this.#received = new Tally(meter, METRICS.eventsReceived, channels.all)
    this.#lag = makeHistogram(meter, METRICS.fanOutLag)
    this.#fanOutDuration = makeHistogram(meter, METRICS.fanOutDuration)
  }

  received(channel: string, events: readonly LogEvent[]): void {
    const labels = this.#channels.of(this.#names.labelOf(channel))
    this.#received.add(events.length, labels)
    const now = Date.now()
    // The clock of the server may be ahead of the one here.
    for (const { time } of events) this.#lag.record(Math.max(0, now - time) / 1_000, labels)
  }

  fannedOut(duration: number): void {
    this.#fanOutDuration.record(duration / 1_000)
  }
}
