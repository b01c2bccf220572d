import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Meter } from '@opentelemetry/api'

/** Measures how long the event loop is blocked: renewals of the lease wait for it. The result ends that. */
export function observeEventLoopDelay(meter: Meter): () => void {
  const delay = monitorEventLoopDelay()
  delay.enable()
  meter
    .createObservableGauge('runnel_controller_event_loop_delay_seconds', {
      description: 'Longest delay since metrics were last read; it delays the lease.',
    })
    .addCallback((result) => {
      result.observe(delay.max / 1e9)
      delay.reset()
    })
  return () => {
    delay.disable()
  }
}
