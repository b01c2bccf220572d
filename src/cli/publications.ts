import { createReadStream } from 'node:fs'
import { encodeJsonEvent, encodeTextEvent } from './json-event.ts'
import { batchLines } from './line-batches.ts'
import type { Publication } from './post-events.ts'
import type { PublishOrder } from './publish-order.ts'
import { readWhole } from './read-whole.ts'

/** What is to be sent, request by request; the input is read no faster than that. */
export async function* readPublications(
  order: PublishOrder,
  input: AsyncIterable<Uint8Array>,
): AsyncGenerator<Publication> {
  const { source, isLines, isJson, event, isKeyGiven } = order
  if (source.kind === 'argument') {
    yield wholeOf(order, Buffer.from(source.data))
    return
  }
  const bytes = source.kind === 'file' ? createReadStream(source.path) : input
  if (!isLines) {
    yield wholeOf(order, await readWhole(bytes))
    return
  }
  const encodeLine = (line: string) => {
    if (!isJson) return encodeTextEvent(line, event)
    return line.trim() === '' ? undefined : encodeJsonEvent(line, event)
  }
  yield* batchLines(bytes, {
    encode: encodeLine,
    // A batch that depends on when its lines came would not be the same under the same key again.
    isEager: !isKeyGiven,
  })
}

function wholeOf({ isJson, event }: PublishOrder, bytes: Uint8Array<ArrayBuffer>): Publication {
  // Text is sent as it came: the service says what is wrong with it.
  if (!isJson) return { type: 'text/plain', body: bytes, ...(event !== undefined && { event }) }
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  return { type: 'application/json', body: encodeJsonEvent(text, event) }
}
