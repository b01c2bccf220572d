import {
  createNoopMeter,
  type Meter,
  type MeterProvider,
  type MetricOptions,
} from '@opentelemetry/api'
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node'

/**
 * Measures the event loop, the heap and the collection of garbage. The result ends that. Every reader resets the delays
 * of the event loop, so that of two readers each sees only a part of them.
 */
export function startRuntimeMetrics(provider: MeterProvider): () => void {
  const instrumentation = new RuntimeNodeInstrumentation({
    enabled: false,
    monitoringPrecision: DELAY_RESOLUTION,
  })
  instrumentation.setMeterProvider({
    getMeter: (...scope) => runtimeMeter(provider.getMeter(...scope)),
  })
  instrumentation.enable()
  return () => {
    instrumentation.disable()
  }
}

/** Of the delays of the event loop, in ms. Each reading wakes an idle process. */
const DELAY_RESOLUTION = 20

/** Lists every open socket at each read, which thousands of streams make slow. */
const LEFT_OUT = 'v8js.resource.active'

/** Receivers of OTLP add the unit to a name that does not end in it. */
const SUFFIXES: Readonly<Record<string, string>> = { s: '.seconds', By: '.bytes', '1': '.ratio' }

/** Makes metrics under the names that they are shown by, whether Prometheus reads them here or gets them over OTLP. */
function runtimeMeter(meter: Meter): Meter {
  const noop = createNoopMeter()
  const dropped = new Set<unknown>()
  const named: Meter = Object.create(meter)
  named.createHistogram = (name, options) => meter.createHistogram(withUnit(name, options), options)
  named.createObservableCounter = (name, options) =>
    meter.createObservableCounter(withUnit(name, options), options)
  named.createObservableUpDownCounter = (name, options) =>
    meter.createObservableUpDownCounter(withUnit(name, options), options)
  named.createObservableGauge = (name, options) => {
    if (name !== LEFT_OUT) return meter.createObservableGauge(withUnit(name, options), options)
    const gauge = noop.createObservableGauge(name)
    dropped.add(gauge)
    return gauge
  }
  named.addBatchObservableCallback = (callback, observables) => {
    if (observables.some((each) => dropped.has(each))) return
    meter.addBatchObservableCallback(callback, observables)
  }
  return named
}

function withUnit(name: string, options: MetricOptions | undefined): string {
  return `${name}${SUFFIXES[options?.unit ?? ''] ?? ''}`
}
