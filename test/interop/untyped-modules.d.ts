/** Libraries that bring no types; these are the parts that the tests use. */

declare module 'launchdarkly-eventsource' {
  export class EventSource {
    readonly readyState: number
    constructor(url: string, init: { readTimeoutMillis: number })
    addEventListener(type: string, listener: (event: Event) => void): void
    close(): void
  }
}

declare module 'eventsource2' {
  import type { NetConnectOpts, Socket } from 'node:net'

  export default class EventSource {
    /** Milliseconds. */
    reconnectInterval: number
    constructor(
      url: string,
      init: {
        headers: Record<string, string>
        createConnection: (options: NetConnectOpts) => Socket
      },
    )
    addEventListener(type: 'error', listener: () => void): void
    addEventListener(
      type: string,
      listener: (event: { readonly data: string; readonly lastEventId: string }) => void,
    ): void
    close(): void
  }
}
