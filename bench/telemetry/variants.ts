import { freePort } from '../../rig/servers/free-port.ts'
import type { Contender } from '../contenders/contender.ts'
import { runnel } from '../contenders/runnel.ts'
import { nodeProgram, startServer } from '../contenders/start-server.ts'

const SCRIPT = new URL('./without-telemetry.mjs', import.meta.url)

/** Log lines are not what is measured, and the first variant has none. */
const QUIET = { RUNNEL_LOG_LEVEL: 'silent' }

const NO_TELEMETRY: Contender = {
  name: 'none',
  title: 'no telemetry',
  prepare: async () => ({
    version: `this checkout, Node ${process.version}`,
    start: async () => {
      const port = await freePort()
      const program = await nodeProgram(SCRIPT, [String(port)])
      return startServer([{ ...program, name: 'no telemetry', port }], { dialect: 'runnel' })
    },
  }),
}

/** The service with more and more telemetry. The first is what the others are compared with. */
export function variants(collectorPort: number): readonly Contender[] {
  const tracing = { ...QUIET, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collectorPort}` }
  const allTraced = { ...tracing, OTEL_TRACES_SAMPLER: 'always_on' }
  return [
    NO_TELEMETRY,
    runnel('metrics', 'metrics', { env: QUIET }),
    // The default of a service that traces.
    runnel('sampled', 'metrics, traces at 1 %', { env: tracing }),
    runnel('traced', 'metrics, all traced', { env: allTraced }),
  ]
}
