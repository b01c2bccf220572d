/** Libraries for pages, each used as its users use it, with what it needs to come back. */
import type { FetchEventSourceInit } from '@microsoft/fetch-event-source'
import { ChromiumPage, type PageReport, type PageRequest } from '../chromium-page.ts'
import type { InteropClient, ReceivedEvent } from '../interop-client.ts'

/** Loads the libraries into a page; those that need a watchdog can be opened by their name. */
const LIBRARIES = `
<script src="/node_modules/event-source-polyfill/src/eventsource.js"></script>
<script type="module">
  import { fetchEventSource } from '/node_modules/@microsoft/fetch-event-source/lib/esm/index.js'
  import ReconnectingEventSource from '/node_modules/reconnecting-eventsource/build/esm/reconnecting-eventsource.js'
  import { SSE } from '/node_modules/sse.js/lib/sse.js'
  const openSource = {
    EventSource: (url) => new EventSource(url),
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
declare const EventSourcePolyfill: new (
  url: string,
  init: { heartbeatTimeout: number },
) => EventSource

export interface PageReaders {
  readonly all: readonly InteropClient[]
  close(): Promise<void>
}

export function createPageReaders(): PageReaders {
  const page = new ChromiumPage(LIBRARIES)
  return {
    all: [
      page.client('fetch-event-source', readWithFetchEventSource),
      page.client('event-source-polyfill', readWithPolyfill),
      page.client('EventSource', readWithWatchdog),
      page.client('reconnecting-eventsource', readWithWatchdog),
      page.client('sse.js', readWithWatchdog),
    ],
    close: async () => page.close(),
  }
}

/**
 * Without an `onclose` that throws, the library takes the end of an answer as the end of its work. It believes an id
 * before the block is whole, so that an event which a cut tears would be lost: the ids of whole events overrule it.
 * Each `fetch` has a signal of its own for silence, after which the library comes back.
 */
function readWithFetchEventSource({ key, url, silence }: PageRequest): { close(): void } {
  const controller = new AbortController()
  const target = new URL(url)
  target.searchParams.set('ping', '1')
  let lastEventId = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  let connection = new AbortController()
  const watch = () => {
    clearTimeout(timer)
    timer = setTimeout(() => connection.abort(), silence)
  }
  void fetchEventSource(target.href, {
    signal: controller.signal,
    openWhenHidden: true,
    fetch: async (input, init) => {
      connection = new AbortController()
      watch()
      const signals = [connection.signal, ...(init?.signal ? [init.signal] : [])]
      const headers = new Headers(init?.headers)
      headers.set('last-event-id', lastEventId)
      return fetch(input, { ...init, headers, signal: AbortSignal.any(signals) })
    },
    onmessage: ({ event, data, id }) => {
      watch()
      if (id !== '') lastEventId = id
      reportToTest(key, { event: event === '' ? 'message' : event, data, id })
    },
    onclose: () => {
      throw new Error('closed')
    },
  })
  return {
    close: () => {
      clearTimeout(timer)
      controller.abort()
    },
  }
}

function readWithPolyfill({ key, url, names, silence }: PageRequest): { close(): void } {
  const source = new EventSourcePolyfill(url, { heartbeatTimeout: silence })
  for (const name of names) {
    source.addEventListener(name, (event) => {
      if (!('data' in event && 'lastEventId' in event)) return
      reportToTest(key, { event: name, data: event.data, id: event.lastEventId })
    })
  }
  return source
}

/** Each event and each failure begins the silence anew. After it the page opens another source, from the last id on. */
function readWithWatchdog(request: PageRequest): { close(): void } {
  const { key, client, url, names, silence } = request
  const target = new URL(url)
  target.searchParams.set('ping', '1')
  let timer: ReturnType<typeof setTimeout> | undefined
  const watch = () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      source.close()
      source = open()
    }, silence)
  }
  const open = () => {
    const opened = openSource[client]?.(target.href)
    if (opened === undefined) throw new Error(`expected a library, got ${client}`)
    for (const name of [...names, 'runnel.ping', 'error']) {
      opened.addEventListener(name, (event) => {
        watch()
        if (!('data' in event && 'lastEventId' in event)) return
        target.searchParams.set('lastEventId', String(event.lastEventId))
        if (name !== 'runnel.ping') {
          reportToTest(key, { event: name, data: event.data, id: event.lastEventId })
        }
      })
    }
    watch()
    return opened
  }
  let source = open()
  return {
    close: () => {
      clearTimeout(timer)
      source.close()
    },
  }
}
