import { fileURLToPath } from 'node:url'
import { SERVICE, type Contender } from '../measured-server.ts'

/** The service with more and more telemetry. The first is what the others are compared with. */
export function variants(collectorPort: number): readonly [Contender, ...Contender[]] {
  const tracing = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collectorPort}` }
  return [
    {
      name: 'no telemetry',
      command: (port) => [
        fileURLToPath(new URL('./without-telemetry.ts', import.meta.url)),
        String(port),
      ],
    },
    { ...SERVICE, name: 'metrics' },
    // The default of a service that traces.
    { ...SERVICE, name: 'metrics, traces at 1 %', env: tracing },
    {
      ...SERVICE,
      name: 'metrics, all traced',
      env: { ...tracing, OTEL_TRACES_SAMPLER: 'always_on' },
    },
  ]
}
