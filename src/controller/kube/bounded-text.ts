const NEWLINE = 0x0a

/** A text or a line is longer than it may be. */
export class TextTooLong extends Error {
  override readonly name = 'TextTooLong'
}

export async function readText(
  chunks: AsyncIterable<Uint8Array>,
  maxLength: number,
): Promise<string> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.length
    checkLength(length, maxLength)
    parts.push(chunk)
  }
  return Buffer.concat(parts).toString()
}

/**
 * Splits bytes into lines as they come, in memory for one line. What stands behind the last line feed is no
 * whole line, and is dropped.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  maxLength: number,
): AsyncGenerator<string> {
  let parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const part = chunk.subarray(start, end)
      checkLength(length + part.length, maxLength)
      yield Buffer.concat([...parts, part]).toString()
      parts = []
      length = 0
      start = end + 1
    }
    const rest = chunk.subarray(start)
    length += rest.length
    checkLength(length, maxLength)
    if (rest.length > 0) parts.push(rest)
  }
}

function checkLength(length: number, maxLength: number): void {
  if (length > maxLength) throw new TextTooLong(`there are more than ${maxLength} bytes`)
}
