import type { Attributes, Meter, Observable } from '@opentelemetry/api'
import { VERSION } from '../../lib/version.ts'
import type { ChannelNames } from '../../telemetry/channel-names.ts'
import type { LabelSets } from './label-sets.ts'
import { LOG_TROUBLES, OTHER } from './label-values.ts'
import type { Metric } from './metric.ts'
import { METRICS } from './metrics-table.ts'
import type { ObservedParts } from './observed-parts.ts'

type Value = readonly [value: number, labels?: Attributes]

/** Makes the metrics whose values are read when somebody asks for them. */
export function observeParts(
  meter: Meter,
  parts: ObservedParts,
  names: ChannelNames,
  channels: LabelSets<string>,
): void {
  const { admission, limits, hub, drain, log, status, connections } = parts
  const observe = (metric: Metric, read: () => readonly Value[]) => {
    makeObservable(meter, metric).addCallback((result) => {
      for (const [value, labels] of read()) result.observe(value, labels)
    })
  }
  const observeNumber = (metric: Metric, read: () => number) => {
    observe(metric, () => [[read()]])
  }

  observeNumber(METRICS.activeStreams, () => admission.streams)
  observeNumber(METRICS.streamLimit, () => limits().maxStreams)
  observeNumber(METRICS.activePolls, () => admission.polls)
  observeNumber(METRICS.pollLimit, () => limits().maxPolls)
  observeNumber(METRICS.draining, () => Number(drain.isDraining))
  observe(METRICS.buildInfo, () => [[1, { version: VERSION }]])
  observeNumber(METRICS.logLinesSuppressed, parts.suppressedLines)
  observeNumber(METRICS.logLinesLost, parts.lostLines)

  observeNumber(METRICS.fleetStreams, () => status().fleet.subscribers)
  observeNumber(METRICS.fleetLimit, () => status().fleet.limit)
  observeNumber(METRICS.fleetPods, () => status().fleet.pods)

  observeNumber(METRICS.channels, () => hub.channels)
  observeNumber(METRICS.eventsDelivered, () => hub.delivered)
  observeNumber(METRICS.eventsReplayed, () => hub.replayed)
  observeNumber(METRICS.eventsLate, () => hub.lateEvents)
  observeNumber(METRICS.eventsDropped, () => hub.droppedEvents)
  observeNumber(METRICS.sentBytes, () => hub.sentBytes)
  const buffered = makeObservable(meter, METRICS.bufferedBytes)
  const mostBuffered = makeObservable(meter, METRICS.bufferedBytesMax)
  // Together, since the hub looks at each stream.
  meter.addBatchObservableCallback(
    (result) => {
      const { total, max } = hub.bufferedBytes()
      result.observe(buffered, total)
      result.observe(mostBuffered, max)
    },
    [buffered, mostBuffered],
  )
  observe(METRICS.activeSubscriptions, () => {
    const counts = new Map(channels.all.map((labels) => [labels, 0]))
    for (const [channel, streams] of hub.subscriptions()) {
      const labels = channels.of(names.labelOf(channel))
      counts.set(labels, (counts.get(labels) ?? 0) + streams)
    }
    return [...counts].map(([labels, count]): Value => [count, labels])
  })

  observeNumber(METRICS.logUp, () => Number(log.status().reachable))
  observe(METRICS.logTroubles, () => {
    const counts = new Map(LOG_TROUBLES.map((code) => [code, 0]))
    for (const { code } of log.status().troubles) {
      const known = counts.has(code) ? code : OTHER
      counts.set(known, (counts.get(known) ?? 0) + 1)
    }
    return [...counts].map(([code, count]): Value => [count, { code }])
  })
  if (connections === undefined) return
  observe(METRICS.redisUp, () => connections().map(({ role, up }) => [Number(up), { role }]))
  observe(METRICS.redisReconnects, () =>
    connections().map(({ role, reconnects }) => [reconnects, { role }]),
  )
}

function makeObservable(meter: Meter, { name, type, unit, doc }: Metric): Observable {
  const options = { unit, description: doc }
  return type === 'counter'
    ? meter.createObservableCounter(name, options)
    : meter.createObservableGauge(name, options)
}
