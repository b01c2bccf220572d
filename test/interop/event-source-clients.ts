import { EventSource as PackageEventSource } from 'eventsource'
import { EventSource as LaunchDarklyEventSource } from 'launchdarkly-eventsource'
import { Agent, EventSource as UndiciEventSource, fetch } from 'undici'
import {
  collectEvents,
  type CollectOptions,
  type InteropClient,
  SILENCE,
  withLastEventId,
} from './interop-client.ts'

/** The part of EventSource that all implementations share. */
interface EventSourceLike {
  readonly readyState: number
  addEventListener(type: string, listener: (event: Event) => void): void
  close(): void
}

const CLOSED = 2

/** The package `eventsource`. */
export function createPackageClient(): InteropClient {
  return createEventSourceClient('eventsource', (url, { lastEventId, silence }) => {
    const dispatcher = createDispatcher(silence)
    const header = lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }
    return new PackageEventSource(url, {
      // The package's own header comes last: on a reconnect it knows a newer id.
      fetch: (input, init) =>
        fetch(input, { ...init, dispatcher, headers: { ...header, ...init.headers } }),
    })
  })
}

export function createUndiciClient(): InteropClient {
  return createEventSourceClient(
    'undici',
    (url, { lastEventId, silence }) =>
      new UndiciEventSource(withLastEventId(url, lastEventId), {
        node: { dispatcher: createDispatcher(silence) },
      }),
  )
}

export function createLaunchDarklyClient(): InteropClient {
  return createEventSourceClient(
    'launchdarkly-eventsource',
    (url, { silence = SILENCE }) =>
      new LaunchDarklyEventSource(url, { readTimeoutMillis: silence }),
  )
}

/** By default the parts of a body may be five minutes apart. */
function createDispatcher(silence = SILENCE): Agent {
  return new Agent({ bodyTimeout: silence, headersTimeout: silence })
}

function createEventSourceClient(
  name: string,
  connect: (url: string, options: CollectOptions) => EventSourceLike,
): InteropClient {
  return {
    name,
    canReconnect: true,
    collect: (url, options = {}) =>
      collectEvents(options, (sink) => {
        const source = connect(url, options)
        let hasOpened = false
        source.addEventListener('open', () => {
          hasOpened = true
        })
        source.addEventListener('error', (error) => {
          if (source.readyState === CLOSED || !hasOpened) {
            sink.fail(new Error(`expected a stream, ${name} failed`, { cause: error }))
          } else if (!options.reconnects) {
            sink.end()
          }
        })
        for (const event of new Set(['message', ...(options.names ?? [])])) {
          source.addEventListener(event, (message) => {
            if (!isMessage(message)) return
            sink.event({ event: message.type, data: message.data, id: message.lastEventId })
          })
        }
        return () => source.close()
      }),
  }
}

function isMessage(event: Event): event is Event & { data: string; lastEventId: string } {
  return 'data' in event && 'lastEventId' in event
}
