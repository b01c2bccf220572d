import { connect, type NetConnectOpts, type Socket } from 'node:net'
import EventSource from 'eventsource2'
import { collectEvents, type InteropClient, SILENCE } from '../interop-client.ts'

/**
 * `eventsource` 2, of which each connection gets a new one: it takes an id before its block is whole, and keeps what a
 * cut leaves of a block as the beginning of the next.
 */
export const REOPENED_EVENT_SOURCE: InteropClient = {
  name: 'eventsource 2',
  canReconnect: true,
  collect: async (url, options = {}) =>
    collectEvents(options, (sink) => {
      const { silence = SILENCE } = options
      const createConnection = (to: NetConnectOpts): Socket => {
        const socket = connect(to)
        return socket.setTimeout(silence, () => socket.destroy())
      }
      const headers: Record<string, string> = {}
      let retry = 3000
      let timer: NodeJS.Timeout | undefined
      let source = open()
      function open(): EventSource {
        const opened = new EventSource(url, { headers: { ...headers }, createConnection })
        opened.reconnectInterval = retry
        opened.addEventListener('error', () => {
          opened.close()
          // The library keeps the `retry` of the stream here.
          retry = opened.reconnectInterval
          timer = setTimeout(() => {
            source = open()
          }, retry)
        })
        for (const name of new Set(['message', ...(options.names ?? [])])) {
          opened.addEventListener(name, ({ data, lastEventId }) => {
            headers['Last-Event-ID'] = lastEventId
            sink.event({ event: name, data, id: lastEventId })
          })
        }
        return opened
      }
      return () => {
        clearTimeout(timer)
        source.close()
      }
    }),
}
