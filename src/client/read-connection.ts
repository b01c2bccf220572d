import { MAX_BLOCK_BYTES } from '../wire/limits.ts'
import { DecodeError } from '../wire/decode-error.ts'
import type { DecodedEvent } from '../wire/decode.ts'
import { OPEN } from '../wire/system-event-names.ts'
import { MISSED_HEARTBEATS } from './assumed-times.ts'
import type { Fetch } from './fetch.ts'
import { parseFields } from './parse-json.ts'
import { readEvents } from './read-events.ts'
import { failureOf, refusalOf, ServiceError } from './service-error.ts'

/** The state of a stream that its connections hand on. Times in ms. */
export interface StreamState {
  /** Empty if there is none. */
  lastEventId: string
  retry: number
  heartbeat: number
}

export interface ConnectionOptions {
  readonly url: URL
  /** Ends the connection. */
  readonly signal: AbortSignal
  readonly fetch: Fetch
}

/**
 * Reads one connection and yields the events of each chunk. Keeps `state` current and returns at the end
 * of the body. Throws `ServiceError`, or `DecodeError` for an event that is too large.
 */
export async function* readConnection(
  { url, signal, fetch }: ConnectionOptions,
  state: StreamState,
): AsyncGenerator<readonly DecodedEvent[]> {
  const ending = new AbortController()
  const within: Guard = (step) => guard(step, state.heartbeat * MISSED_HEARTBEATS, ending)
  const init = { headers: headersOf(state), signal: AbortSignal.any([signal, ending.signal]) }
  try {
    const response = await within(fetch(url, init))
    const body = await within(checkStream(response, url))
    yield* readEvents(readChunks(body, within), {
      lastEventId: state.lastEventId,
      maxLineBytes: MAX_BLOCK_BYTES,
      maxEventBytes: MAX_BLOCK_BYTES,
      onRetry: (milliseconds) => {
        state.retry = milliseconds
      },
      onId: (id) => {
        state.lastEventId = id
      },
      onEvent: ({ id, event, data }) => {
        state.lastEventId = id
        if (event === OPEN) state.heartbeat = heartbeatOf(data) ?? state.heartbeat
      },
    })
  } catch (error) {
    throw error instanceof DecodeError ? error : failureOf(error, url)
  } finally {
    ending.abort()
  }
}

function headersOf({ lastEventId }: StreamState): Record<string, string> {
  return {
    Accept: 'text/event-stream',
    // A proxy that compresses holds events back to fill its buffers.
    'Accept-Encoding': 'identity',
    'Cache-Control': 'no-store',
    ...(lastEventId !== '' && { 'Last-Event-ID': lastEventId }),
  }
}

async function checkStream(response: Response, url: URL): Promise<ReadableStream<Uint8Array>> {
  if (response.status !== 200) throw await refusalOf(response)
  const type = response.headers.get('content-type') ?? 'nothing'
  if (type.startsWith('text/event-stream') && response.body !== null) return response.body
  // A redirect may have added secrets to the path or the query.
  const { origin } = new URL(response.url || url.href)
  throw new ServiceError(`expected an event stream from ${origin}, got ${type}`)
}

/** Uses a reader, since Safari does not support `for await` over a body. */
async function* readChunks(
  body: ReadableStream<Uint8Array>,
  within: Guard,
): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await within(reader.read())
    if (done) return
    yield value
  }
}

type Guard = <T>(step: Promise<T>) => Promise<T>

/** Ends the connection after too long a silence: a dead connection may report no error. */
async function guard<T>(step: Promise<T>, silence: number, ending: AbortController): Promise<T> {
  const timer = setTimeout(() => {
    ending.abort(new Error(`nothing came for ${Math.round(silence / 1000)} s`))
  }, silence)
  try {
    return await step
  } finally {
    clearTimeout(timer)
  }
}

function heartbeatOf(data: string): number | undefined {
  const { heartbeat } = parseFields(data)
  return typeof heartbeat === 'number' && heartbeat > 0 ? heartbeat : undefined
}
