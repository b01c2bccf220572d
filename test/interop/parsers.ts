import { createParser } from 'eventsource-parser'
import { EventStreamDecoder } from '../../src/wire/decode.ts'
import type { ReceivedEvent } from './interop-client.ts'

/** Creates a parser for one connection, which takes the bytes and reports the events. */
export type OpenParser = (onEvent: (event: ReceivedEvent) => void) => (chunk: Uint8Array) => void

export const openOurDecoder: OpenParser = (onEvent) => {
  const decoder = new EventStreamDecoder({ onEvent })
  return (chunk) => decoder.push(chunk)
}

export const openEventSourceParser: OpenParser = (onEvent) => {
  let id = ''
  const parser = createParser({
    onId: (moved) => {
      id = moved
    },
    onEvent: ({ event = 'message', data }) => onEvent({ event, data, id }),
  })
  // The parser strips the BOM itself. A decoder that strips one too would make it strip two.
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
  return (chunk) => parser.feed(utf8.decode(chunk, { stream: true }))
}
