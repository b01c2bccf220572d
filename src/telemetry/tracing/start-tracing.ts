import { setTimeout as delay } from 'node:timers/promises'
import type { Tracer } from '@opentelemetry/api'
import type { Environment } from '../environment.ts'
import type { Logger } from '../logger.ts'
import type { RepeatedLines } from '../repeated-lines.ts'
import { readTraceSampling } from './read-trace-sampling.ts'
import type { TraceSampling } from './trace-sampling.ts'

/** Most time that the end of the process waits for spans to be sent, in ms. */
const FLUSH_LIMIT = 2_000

export interface Tracing {
  readonly tracer: Tracer
  /** Which traces to begin; the tracer keeps every span that is started. */
  readonly sampling: TraceSampling
  /** Sends what is left, for a bounded time. Never rejects. */
  shutdown(): Promise<void>
}

export interface TracingOptions {
  /** That of the process: the SDK reads its variables from `process.env`. */
  readonly env: Environment
  /** Beaten by `OTEL_SERVICE_NAME`. */
  readonly serviceName: string
  readonly logger: Logger
  /** Writes what comes up at every export that fails. */
  readonly repeated: RepeatedLines
}

/** Starts to trace, if the `OTEL_*` variables ask for it. The SDK is loaded only then. One at a time in a process. */
export async function startTracing({
  env,
  serviceName,
  logger,
  repeated,
}: TracingOptions): Promise<Tracing | undefined> {
  const sampling = readTraceSampling(env)
  if (sampling === undefined) return undefined
  const [{ startSdk }, { reportDiagnostics }] = await Promise.all([
    import('./start-sdk.ts'),
    import('../diagnostics.ts'),
  ])
  const sdk = startSdk(env, serviceName)
  if (sdk === undefined) {
    logger.warn('nothing is traced, since OpenTelemetry could not be started')
    return undefined
  }
  // After the start, at which the SDK registers a writer of its own.
  const endReports = reportDiagnostics(env, logger, repeated)
  return {
    tracer: sdk.tracer,
    sampling,
    shutdown: async () => {
      const startedAt = performance.now()
      const isFlushed = await within(FLUSH_LIMIT, sdk.shutdown())
      const waited = Math.round(performance.now() - startedAt)
      if (!isFlushed) logger.warn({ waited }, 'the last spans could not be sent')
      endReports()
    },
  }
}

/** Whether the work is done in time. A rejection counts as a failure, and is handled even if it comes late. */
async function within(limit: number, work: Promise<void>): Promise<boolean> {
  const timer = new AbortController()
  const done = work.then(
    () => true,
    () => false,
  )
  const late = delay(limit, false, { signal: timer.signal }).catch(() => false)
  const isDone = await Promise.race([done, late])
  timer.abort()
  return isDone
}
