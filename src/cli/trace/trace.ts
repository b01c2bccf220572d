import { setTimeout as pause } from 'node:timers/promises'
import type { Command, CommandIo } from '../command.ts'
import { openFetch } from '../request/open-fetch.ts'
import { REQUEST_USAGE } from '../request/request-usage.ts'
import { drawTrace } from './draw-trace.ts'
import { findTraces } from './jaeger.ts'
import { endOf, type Span } from './spans.ts'
import { DEFAULT_JAEGER, readTraceArguments, type TraceArguments } from './trace-arguments.ts'

const USAGE = `Usage: runnel trace ID [options]

Reads a trace from Jaeger and draws it: the pods that an event has reached, how late, and what
became of it there. ID is the id of a trace, or a traceparent; the id of an event; or the name of a
stream, as runnel.open has it.

  --jaeger URL    address of Jaeger's query service; default ${DEFAULT_JAEGER}
  --service NAME  name of the service that is searched for events and streams; default runnel
  --since TIME    how far a search looks back; default 1h
  --wait TIME     how long to wait for spans that are not there yet; default 15s
  -h, --help      this text
${REQUEST_USAGE}
Exit code 1 if Jaeger has no such trace: only some publishes are traced, and Jaeger forgets old
ones.
`

/** Time between two looks, in ms. */
const INTERVAL = 500
/**
 * Age in ms at which a trace counts as whole. Processes send their spans every 5 s, and Jaeger takes up to a second to
 * show them.
 */
const SETTLED = 6_500

export const trace: Command = async (args, io) => {
  const order = readTraceArguments(args)
  if (order === 'help') {
    io.write(USAGE)
    return 0
  }
  const ending = new AbortController()
  const stopListening = io.onSignal((name) => {
    ending.abort(new Error(`ended by ${name} before Jaeger had given a trace`))
  })
  try {
    const traces = await awaitTraces(order, io, ending.signal)
    if (traces.length === 0) {
      io.writeError(`runnel trace: ${missing(order)}\n`)
      return 1
    }
    const drawing = { jaeger: order.jaeger.url, hasColors: io.hasColors }
    io.write(traces.map((spans) => drawTrace(spans, drawing)).join('\n'))
    await io.flush()
    return 0
  } finally {
    stopListening()
  }
}

/**
 * Waits until spans of all processes have had the time to arrive. A signal ends the wait with what was found, and rejects
 * if that is nothing.
 */
async function awaitTraces(
  order: TraceArguments,
  io: CommandIo,
  signal: AbortSignal,
): Promise<readonly (readonly Span[])[]> {
  const deadline = performance.now() + order.wait
  const fetch = await openFetch(order.jaeger, io.env)
  let traces = await findTraces(order, fetch, signal)
  let isTold = false
  while (!isSettled(traces) && performance.now() < deadline && !signal.aborted) {
    if (!isTold && io.isErrorTerminal) io.writeError('waiting for the spans of all pods\n')
    isTold = true
    await pause(INTERVAL, undefined, { signal }).catch(() => undefined)
    traces = await findTraces(order, fetch, signal).catch((error: unknown) => {
      if (signal.aborted) return traces
      throw error
    })
  }
  if (traces.length === 0) signal.throwIfAborted()
  return traces
}

function isSettled(traces: readonly (readonly Span[])[]): boolean {
  return traces.length > 0 && traces.every((spans) => Date.now() - endOf(spans) > SETTLED)
}

function missing({ subject, jaeger: { url }, since }: TraceArguments): string {
  if (subject.kind === 'id') return `Jaeger at ${url.origin} has no trace ${subject.traceId}`
  const hours = Math.round(since / 360_000) / 10
  return (
    `Jaeger at ${url.origin} has no trace of the last ${hours} h with ${subject.name}=${subject.value}: ` +
    'it may not be traced, or --since is too short'
  )
}
