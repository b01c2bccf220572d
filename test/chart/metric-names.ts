import { createNoopMeter, trace, type Meter } from '@opentelemetry/api'
import { observeController } from '../../src/controller/telemetry/controller-gauges.ts'
import { ControllerTelemetry } from '../../src/controller/telemetry/controller-telemetry.ts'
import { observeEventLoopDelay } from '../../src/controller/telemetry/event-loop-delay.ts'
import { ReconcileTracing } from '../../src/controller/telemetry/reconcile-tracing.ts'
import { METRICS } from '../../src/service/metrics/metrics-table.ts'
import { createLogger } from '../../src/telemetry/logger.ts'
import { RepeatedLines } from '../../src/telemetry/repeated-lines.ts'
import { startRuntimeMetrics } from '../../src/telemetry/runtime-metrics.ts'

type Type = 'counter' | 'gauge' | 'histogram'

const made = new Map<string, Type>(Object.values(METRICS).map(({ name, type }) => [name, type]))
createControllerMetrics(notingMeter())
startRuntimeMetrics({ getMeter: notingMeter })()

/** The metrics that the service, its runtime and the controller serve, as Prometheus names them. */
export const METRIC_NAMES: ReadonlySet<string> = new Set(
  [...made].flatMap(([name, type]) => seriesOf(name.replaceAll('.', '_'), type)),
)

/** The names of metrics in an expression of PromQL. Recorded series have a colon in their name. */
export function metricsIn(expression: string): string[] {
  const names = expression.matchAll(/(?<![\w:])(?:runnel|nodejs|v8js)_\w+(?![\w:])/g)
  return [...names].map(([name]) => name)
}

/** The names of the series that Prometheus has of a metric. */
function seriesOf(name: string, type: Type): readonly string[] {
  switch (type) {
    case 'counter':
      return [`${name}_total`]
    case 'gauge':
      return [name]
    case 'histogram':
      return ['bucket', 'sum', 'count'].map((part) => `${name}_${part}`)
  }
}

function createControllerMetrics(meter: Meter): ControllerTelemetry {
  observeController(meter, {
    registry: { objects: [], count: () => undefined, describePods: () => [] },
    leader: { isLeader: false, depth: 0 },
    silences: () => new Map(),
  })
  observeEventLoopDelay(meter)()
  const logger = createLogger('silent')
  const repeated = new RepeatedLines(logger)
  const tracing = new ReconcileTracing(trace.getTracer('names'))
  return new ControllerTelemetry({ meter, logger, repeated, tracing })
}

/** A meter that notes what is made, and measures nothing. */
function notingMeter(): Meter {
  const noop = createNoopMeter()
  return {
    createCounter: (name) => noop.createCounter(note(name, 'counter')),
    createObservableCounter: (name) => noop.createObservableCounter(note(name, 'counter')),
    createGauge: (name) => noop.createGauge(note(name, 'gauge')),
    createUpDownCounter: (name) => noop.createUpDownCounter(note(name, 'gauge')),
    createObservableGauge: (name) => noop.createObservableGauge(note(name, 'gauge')),
    createObservableUpDownCounter: (name) =>
      noop.createObservableUpDownCounter(note(name, 'gauge')),
    createHistogram: (name) => noop.createHistogram(note(name, 'histogram')),
    addBatchObservableCallback: () => undefined,
    removeBatchObservableCallback: () => undefined,
  }
}

function note(name: string, type: Type): string {
  made.set(name, type)
  return name
}
