import { EventStreamDecoder, type DecodedEvent, type DecoderOptions } from '../wire/decode.ts'

export interface ReadEventsOptions extends Omit<DecoderOptions, 'onEvent'> {
  /** Called for each event while its chunk is decoded, before any event of that chunk is yielded. */
  readonly onEvent?: (event: DecodedEvent) => void
}

/**
 * Decodes one body and yields the events of each chunk before it reads the next, so that a slow consumer
 * slows the service. Events before a decoding error are yielded before it is thrown.
 */
export async function* readEvents(
  chunks: AsyncIterable<Uint8Array>,
  { onEvent, ...options }: ReadEventsOptions = {},
): AsyncGenerator<readonly DecodedEvent[]> {
  let events: DecodedEvent[] = []
  const decoder = new EventStreamDecoder({
    ...options,
    onEvent: (event) => {
      events.push(event)
      onEvent?.(event)
    },
  })
  for await (const chunk of chunks) {
    const failure = push(decoder, chunk)
    if (events.length > 0) yield events
    events = []
    if (failure !== undefined) throw failure.error
  }
}

function push(decoder: EventStreamDecoder, chunk: Uint8Array): { error: unknown } | undefined {
  try {
    decoder.push(chunk)
    return undefined
  } catch (error) {
    return { error }
  }
}
