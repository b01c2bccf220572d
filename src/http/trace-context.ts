import type { IncomingHttpHeaders } from 'node:http'
import type { TraceContext } from '../hub/hub-observer.ts'

/** Version, trace, span and flags (W3C Trace Context); neither trace nor span may be all zeros. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/
/** Bound on what a stream keeps of it for as long as it is open; the standard asks for as much. */
const MAX_TRACESTATE = 512

/** The trace that a request is part of. One that is malformed counts as none, as the standard says. */
export function readTraceContext({
  traceparent,
  tracestate,
}: IncomingHttpHeaders): TraceContext | undefined {
  if (typeof traceparent !== 'string' || !TRACEPARENT.test(traceparent)) return undefined
  if (typeof tracestate !== 'string' || tracestate.length > MAX_TRACESTATE) return { traceparent }
  return { traceparent, tracestate }
}
