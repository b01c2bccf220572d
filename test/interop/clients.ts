import { createChromiumClient } from './chromium-client.ts'
import { ChromiumPage } from './chromium-page.ts'
import { createPackageClient, createUndiciClient } from './event-source-clients.ts'
import { createFetchClient } from './fetch-client.ts'
import type { InteropClient } from './interop-client.ts'
import { createCurlClient, createPythonClient } from './process-clients.ts'
import { openEventSourceParser, openOurDecoder } from './parsers.ts'

export interface InteropClients {
  readonly all: readonly InteropClient[]
  /** The clients that are a whole EventSource, and therefore reconnect. */
  readonly reconnecting: readonly InteropClient[]
  /** Closes the browser, which the first collection starts. */
  close(): Promise<void>
}

/** Creates every client. One set serves all tests of a file. */
export function createClients(): InteropClients {
  const page = new ChromiumPage()
  const all = [
    createFetchClient('our decoder', openOurDecoder),
    createFetchClient('eventsource-parser', openEventSourceParser),
    createPackageClient(),
    createUndiciClient(),
    createChromiumClient(page),
    createCurlClient(),
    createPythonClient(),
  ]
  return {
    all,
    reconnecting: all.filter((client) => client.canReconnect),
    close: () => page.close(),
  }
}
