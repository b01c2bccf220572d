import type { Publication } from '../../client/post-events.ts'
import { BODY_LIMIT, MAX_PUBLISHED_EVENTS } from '../../schema/limits.ts'

export interface BatchOptions {
  /** The event of a line, as JSON in one line; undefined for a line without an event. */
  readonly encode: (line: string) => string | undefined
  /** Whether a batch is sent when no further line has arrived yet, or only when it is full. */
  readonly isEager: boolean
}

/** The service's default limit of a request, in bytes with their line breaks. */
export const MAX_BYTES = BODY_LIMIT.default

/**
 * Groups lines into publications. It reads on only after the last one was consumed, and holds at most one
 * publication and one chunk, however long the input or a line is.
 */
export async function* batchLines(
  input: AsyncIterable<Uint8Array>,
  { encode, isEager }: BatchOptions,
): AsyncGenerator<Publication> {
  let batch: string[] = []
  let bytes = 0
  let number = 0
  const take = (): Publication => {
    const body = batch.join('\n')
    batch = []
    bytes = 0
    return { type: 'application/x-ndjson', body }
  }
  for await (const lines of splitLines(input)) {
    for (const line of lines) {
      number++
      const event = encodeNumbered(line, number, encode)
      if (event === undefined) continue
      const length = Buffer.byteLength(event) + 1
      if (length > MAX_BYTES) throw tooLong(number)
      if (batch.length === MAX_PUBLISHED_EVENTS || bytes + length > MAX_BYTES) yield take()
      batch.push(event)
      bytes += length
    }
    if (isEager && batch.length > 0) yield take()
  }
  if (batch.length > 0) yield take()
}

/** Yields the lines completed by each chunk, and the rest of the input as the last. Lines end in LF or CRLF. */
async function* splitLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  let count = 0
  const decode = (chunk?: Uint8Array) => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined })
    } catch {
      throw new Error(`expected UTF-8, got other bytes after line ${count}`)
    }
  }
  for await (const chunk of input) {
    const text = decode(chunk)
    if (text.includes('\n')) {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      count += lines.length
      yield lines.map(withoutCr)
    } else {
      // A line in many chunks is not split again for each chunk.
      rest += text
    }
    if (rest.length > MAX_BYTES) throw tooLong(count + 1)
  }
  rest += decode()
  if (rest !== '') yield [withoutCr(rest)]
}

function encodeNumbered(line: string, number: number, encode: BatchOptions['encode']) {
  try {
    return encode(line)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`line ${number}: ${message}`, { cause })
  }
}

function withoutCr(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line
}

function tooLong(number: number): Error {
  return new Error(`line ${number}: expected at most ${MAX_BYTES} bytes as an event, got more`)
}
