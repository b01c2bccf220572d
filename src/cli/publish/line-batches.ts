import type { Publication } from '../../client/post-events.ts'

export interface BatchOptions {
  /** The event that a line stands for, as JSON in one line; undefined if it stands for none. */
  readonly encode: (line: string) => string | undefined
  /** Whether lines are sent as soon as no more are at hand, or only in full batches. */
  readonly isEager: boolean
}

/** What one request takes by default: lines, and bytes with their line breaks. */
export const MAX_LINES = 500
export const MAX_BYTES = 256 * 1024

/**
 * Cuts lines into publications. Reads on only when the last one was taken, and holds no more than one of
 * them and one chunk, however long the input or a line is.
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
      if (batch.length === MAX_LINES || bytes + length > MAX_BYTES) yield take()
      batch.push(event)
      bytes += length
    }
    if (isEager && batch.length > 0) yield take()
  }
  if (batch.length > 0) yield take()
}

/** The lines that each chunk ends; the last chunk's rest is a line too. Lines end in LF or CRLF. */
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
      // Not split again for each piece of a line that comes in many.
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
