import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findSharedTrace } from './jaeger-traces.ts'
import type { TraceLink } from './target.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** The port of Jaeger in `manifests/jaeger.yaml`, and of this machine once it is forwarded. */
const PORT = 16_686

/** Links the trace of an event that several pods handed on, as drawn by `runnel trace`; undefined if there is none. */
export async function linkTrace(
  { namespace, jaeger }: { readonly namespace: string; readonly jaeger: string },
  since: Date,
): Promise<TraceLink | undefined> {
  const trace = await findSharedTrace(jaeger, since)
  if (trace === undefined) return undefined
  const { traceId, pods } = trace
  const address = `http://127.0.0.1:${PORT}`
  const { stdout } = await promisify(execFile)(process.execPath, [
    MAIN,
    'trace',
    traceId,
    `--jaeger=${jaeger}`,
  ])
  return {
    url: `${address}/trace/${traceId}`,
    pods,
    commands: [
      `kubectl port-forward --namespace ${namespace} service/jaeger ${PORT}`,
      `node src/main.ts trace ${traceId} --jaeger ${address}`,
    ],
    // The way by which it was read ends with this process.
    drawing: stdout.trimEnd().replaceAll(jaeger, address),
  }
}
