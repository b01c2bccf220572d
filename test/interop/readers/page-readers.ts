/** Libraries for pages, each used as its users use it, with what it needs to come back. */
import type { FetchEventSourceInit } from '@microsoft/fetch-event-source'
import { ChromiumPage, type PageReport, type PageRequest } from '../chromium-page.ts'
import type { InteropClient, ReceivedEvent } from '../interop-client.ts'

/** Loads the libraries into a page; those that are much like an EventSource can be opened by their name. */
const LIBRARIES = `
<script src="/node_modules/event-source-polyfill/src/eventsource.js"></script>
<script type="module">
  import { fetchEventSource } from '/node_modules/@microsoft/fetch-event-source/lib/esm/index.js'
  import ReconnectingEventSource from '/node_modules/reconnecting-eventsource/build/esm/reconnecting-eventsource.js'
  import { SSE } from '/node_modules/sse.js/lib/sse.js'
  const openSource = {
    'event-source-polyfill': (url) => new EventSourcePolyfill(url),
    'reconnecting-eventsource': (url) => new ReconnectingEventSource(url),
    'sse.js': (url) => new SSE(url, { autoReconnect: true }),
  }
  Object.assign(globalThis, { fetchEventSource, openSource })
</script>`

/** These exist in the page only. */
declare const reportToTest: (
  key: number,
  report: Record<keyof ReceivedEvent, unknown> | PageReport,
) => void
declare const fetchEventSource: (url: string, init: FetchEventSourceInit) => Promise<void>
declare const openSource: Readonly<Record<string, (url: string) => EventSource>>

export interface PageReaders {
  readonly all: readonly InteropClient[]
  close(): Promise<void>
}

export function createPageReaders(): PageReaders {
  const page = new ChromiumPage(LIBRARIES)
  return {
    all: [
      page.client('fetch-event-source', readWithFetchEventSource),
      page.client('event-source-polyfill', readWithSource),
      page.client('reconnecting-eventsource', readWithSource),
      page.client('sse.js', readWithSource),
    ],
    close: async () => page.close(),
  }
}

/**
 * Without an `onclose` that throws, the library takes the end of an answer as the end of its work. It believes an id
 * before the block is whole, so that an event which a cut tears would be lost: the ids of whole events overrule it.
 */
function readWithFetchEventSource({ key, url }: PageRequest): { close(): void } {
  const controller = new AbortController()
  let lastEventId = ''
  void fetchEventSource(url, {
    signal: controller.signal,
    openWhenHidden: true,
    fetch: async (input, init) => {
      const headers = new Headers(init?.headers)
      headers.set('last-event-id', lastEventId)
      return fetch(input, { ...init, headers })
    },
    onmessage: ({ event, data, id }) => {
      if (id !== '') lastEventId = id
      reportToTest(key, { event: event === '' ? 'message' : event, data, id })
    },
    onclose: () => {
      throw new Error('closed')
    },
  })
  return { close: () => controller.abort() }
}

function readWithSource({ key, client, url, names }: PageRequest): { close(): void } {
  const source = openSource[client]?.(url)
  if (source === undefined) throw new Error(`expected a library, got ${client}`)
  for (const name of names) {
    source.addEventListener(name, (event) => {
      if (!('data' in event && 'lastEventId' in event)) return
      reportToTest(key, { event: name, data: event.data, id: event.lastEventId })
    })
  }
  return source
}
