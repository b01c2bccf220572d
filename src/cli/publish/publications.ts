import { createReadStream } from 'node:fs'
import { parseJson } from '../../client/parse-json.ts'
import type { Publication } from '../../client/post-events.ts'
import { quote } from '../../config/parsed.ts'
import { batchLines } from './line-batches.ts'
import type { PublishOrder } from './publish-order.ts'

/** The largest body that any service can be set to take, in bytes. */
const MAX_BYTES = 64 * 1024 * 1024

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

/** A text as one JSON event. */
export function encodeTextEvent(text: string, name: string | undefined): string {
  return JSON.stringify({ event: name, data: text })
}

/** A text that is JSON, as the data of one JSON event. It stays as it is written: 1.10 is not 1.1. */
export function encodeJsonEvent(text: string, name: string | undefined): string {
  // Checked, since a text that is not one value could bring fields of its own into the event.
  if (parseJson(text) === undefined) throw new Error(`expected JSON, got ${quote(text)}`)
  return `{${name === undefined ? '' : `"event":${JSON.stringify(name)},`}"data":${text}}`
}

/** Reads an input to its end. Throws as soon as no service could take it, so that an endless one ends. */
export async function readWhole(
  input: AsyncIterable<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of input) {
    chunks.push(chunk)
    length += chunk.length
    if (length > MAX_BYTES) {
      throw new Error(`expected at most ${MAX_BYTES} bytes as one event, got more: try --lines`)
    }
  }
  return Buffer.concat(chunks)
}
