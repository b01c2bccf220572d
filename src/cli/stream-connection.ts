import { DecodeError } from '../wire/decode-error.ts'
import { EventStreamDecoder, type DecodedEvent } from '../wire/decode.ts'
import { OPEN } from '../wire/system-event.ts'
import { parseFields } from './parse-json.ts'
import { failureOf, refusalOf, ServiceError } from './service-client.ts'

/** What outlives a connection of a stream. Times in ms. */
export interface StreamState {
  /** Empty if there is none. */
  lastEventId: string
  retry: number
  heartbeat: number
}

/** Heartbeats that may fail to come: two, and half of one for a slow network. */
const MISSED_HEARTBEATS = 2.5

/**
 * The service's largest body (64 MiB) fits, unless half of it must be escaped; the decoder's default
 * would let an event through that could then never be read, and the stream never go past it.
 */
const MAX_EVENT_BYTES = 128 * 1024 * 1024

/**
 * Reads one connection and yields the events of each chunk, before it reads the next: a slow consumer
 * slows the service. Keeps `state` current and returns at the end of the body. Throws `ServiceError`,
 * or `DecodeError` for an event that is too large.
 */
export async function* readConnection(
  url: URL,
  state: StreamState,
  signal: AbortSignal,
): AsyncGenerator<readonly DecodedEvent[]> {
  const ending = new AbortController()
  const within = <T>(step: Promise<T>) => guard(step, state.heartbeat * MISSED_HEARTBEATS, ending)
  try {
    const response = await within(
      fetch(url, { headers: headersOf(state), signal: AbortSignal.any([signal, ending.signal]) }),
    )
    const reader = (await checkStream(response)).getReader()
    const events: DecodedEvent[] = []
    const decoder = new EventStreamDecoder({
      lastEventId: state.lastEventId,
      maxLineBytes: MAX_EVENT_BYTES,
      maxEventBytes: MAX_EVENT_BYTES,
      onRetry: (milliseconds) => {
        state.retry = milliseconds
      },
      onEvent: (event) => {
        if (event.event === OPEN) state.heartbeat = heartbeatOf(event.data) ?? state.heartbeat
        events.push(event)
      },
    })
    for (;;) {
      const { done, value } = await within(reader.read())
      if (done) return
      const failure = push(decoder, value)
      state.lastEventId = decoder.lastEventId
      if (events.length > 0) yield events.splice(0)
      if (failure !== undefined) throw failure
    }
  } catch (error) {
    throw error instanceof DecodeError ? error : failureOf(error, url)
  } finally {
    ending.abort()
  }
}

function headersOf({ lastEventId }: StreamState): Record<string, string> {
  return {
    Accept: 'text/event-stream',
    // A proxy that compresses would hold events back to fill its buffers.
    'Accept-Encoding': 'identity',
    'Cache-Control': 'no-store',
    ...(lastEventId !== '' && { 'Last-Event-ID': lastEventId }),
  }
}

async function checkStream(response: Response): Promise<ReadableStream<Uint8Array>> {
  if (response.status !== 200) throw await refusalOf(response)
  const type = response.headers.get('content-type') ?? 'nothing'
  if (type.startsWith('text/event-stream') && response.body !== null) return response.body
  throw new ServiceError(`expected an event stream at ${response.url}, got ${type}`)
}

/** The events before the failure are still to be told, so it is returned. */
function push(decoder: EventStreamDecoder, chunk: Uint8Array): unknown {
  try {
    decoder.push(chunk)
  } catch (error) {
    return error
  }
  return undefined
}

/** A connection can die without a word: without this, nobody would ever know. */
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
