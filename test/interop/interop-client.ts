/** Milliseconds. Heartbeats come every 15 s, so a connection that is silent for longer is dead. */
export const SILENCE = 45_000

/** One event, with the fields of a MessageEvent. `id` is the last event id at that moment. */
export interface ReceivedEvent {
  readonly event: string
  readonly data: string
  readonly id: string
}

export interface CollectOptions {
  /**
   * Event names to listen for besides `message`. An EventSource reports no others; a client that parses the bytes
   * itself reports every event.
   */
  readonly names?: readonly string[]
  /** Called after each event; reading stops once it returns true. Without it, reading goes on to the end. */
  readonly until?: (events: readonly ReceivedEvent[]) => boolean
  /** Sent as the header where the client can set one, else as the query `lastEventId`. */
  readonly lastEventId?: string
  /** Whether to go on after a reconnect, which only an EventSource makes, instead of stopping at the end. */
  readonly reconnects?: boolean
  /** Milliseconds after which a silent connection is dead, where the client can tell. */
  readonly silence?: number
  readonly signal?: AbortSignal
}

/** A client of event streams, mostly of other projects, with which our streams must work. */
export interface InteropClient {
  readonly name: string
  readonly canReconnect: boolean
  /**
   * Reads a stream until `until` holds or its connection ends, and closes it. Rejects if the stream
   * never opens, or with what arrived so far in its message if `signal` aborts.
   */
  collect(url: string, options?: CollectOptions): Promise<ReceivedEvent[]>
}

/** Receives the reports of a running client. Reports after the stop are ignored. */
export interface Sink {
  readonly event: (event: ReceivedEvent) => void
  readonly end: () => void
  readonly fail: (error: unknown) => void
}

/** Collects the events of one client, which `open` starts; `open` returns the function that closes it. */
export async function collectEvents(
  options: CollectOptions,
  open: (sink: Sink) => () => unknown,
): Promise<ReceivedEvent[]> {
  const { until, signal } = options
  signal?.throwIfAborted()
  const events: ReceivedEvent[] = []
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let isOver = false
  const stop = (settle: () => void) => {
    isOver = true
    settle()
  }
  const abort = () =>
    stop(() =>
      reject(
        new Error(`aborted, with these events so far: ${JSON.stringify(events)}`, {
          cause: signal?.reason,
        }),
      ),
    )
  signal?.addEventListener('abort', abort)
  const close = open({
    event: (event) => {
      if (isOver) return
      events.push(event)
      if (until?.(events)) stop(resolve)
    },
    end: () => stop(resolve),
    fail: (error) => stop(() => reject(error)),
  })
  try {
    await promise
  } finally {
    signal?.removeEventListener('abort', abort)
    await close()
  }
  return events
}

/** The URL for a client that cannot set the header on its first request. */
export function withLastEventId(url: string, lastEventId: string | undefined): string {
  if (lastEventId === undefined) return url
  const resumed = new URL(url)
  resumed.searchParams.set('lastEventId', lastEventId)
  return resumed.href
}
