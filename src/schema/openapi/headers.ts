/** The headers of answers that caches, proxies and connections obey. */

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

function constant(value: string, description?: string): Readonly<Record<string, unknown>> {
  return {
    ...(description !== undefined && { description }),
    required: true,
    schema: { const: value },
  }
}
