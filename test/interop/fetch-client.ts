import { collectEvents, type InteropClient } from './interop-client.ts'
import type { OpenParser } from './parsers.ts'

/** A client that parses the body of `fetch`. */
export function createFetchClient(name: string, openParser: OpenParser): InteropClient {
  return {
    name,
    canReconnect: false,
    collect: (url, options = {}) =>
      collectEvents(options, (sink) => {
        const controller = new AbortController()
        const { lastEventId } = options
        const headers = {
          accept: 'text/event-stream',
          ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
        }
        readBody(url, { headers, signal: controller.signal }, openParser(sink.event)).then(
          sink.end,
          sink.fail,
        )
        return () => controller.abort()
      }),
  }
}

async function readBody(
  url: string,
  init: RequestInit,
  read: (chunk: Uint8Array) => void,
): Promise<void> {
  const response = await fetch(url, init)
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`expected status 200, got ${response.status}`)
  }
  for await (const chunk of response.body ?? []) read(chunk)
}
