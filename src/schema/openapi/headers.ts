/** The headers of answers that caches, proxies and connections obey, and the one that names a trace. */

export type Headers = Readonly<Record<string, unknown>>

/** No cache may store the answer. */
export const notStored: Headers = { 'Cache-Control': constant('no-store') }

/** A cache may keep the answer for a while. */
export const storedBriefly: Headers = {
  'Cache-Control': { required: true, schema: { type: 'string', pattern: '^max-age=[1-9][0-9]*$' } },
}

/** Caches may not reuse a stream, proxies may neither change nor buffer it, and nothing follows it. */
export const streamHeaders: Headers = {
  'Cache-Control': constant('no-cache, no-transform'),
  'X-Accel-Buffering': constant('no'),
  Connection: constant(
    'close',
    'Of the connection to the pod. A proxy has its own connections to clients.',
  ),
}

/** Answers to publishes and stream requests that are traced have it, problems too. */
export const traceresponse: Headers = {
  Traceresponse: {
    description:
      'The span of a traced publish or stream request: `00-<trace id>-<span id>-01`. Absent where it is not traced.',
    schema: { type: 'string', pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-01$' },
  },
}

function constant(value: string, description?: string): Readonly<Record<string, unknown>> {
  return {
    ...(description !== undefined && { description }),
    required: true,
    schema: { const: value },
  }
}
