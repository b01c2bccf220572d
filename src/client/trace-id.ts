import { parseTraceContext } from '../wire/trace-context.ts'

/** The id of the trace that an answer names in `Traceresponse`; undefined where it names none. */
export function traceIdOf({ headers }: Response): string | undefined {
  const span = parseTraceContext(headers.get('traceresponse') ?? undefined, undefined)
  return span?.traceparent.split('-')[1]
}
