/** `chunked` for HTTP/1.1, `raw` for HTTP/1.0, whose body ends with the connection. */
export type Framing = 'chunked' | 'raw'

const LAST_CHUNK = Buffer.from('0\r\n\r\n', 'latin1')

/**
 * Encodes whole blocks as bytes for a socket, with the chunk's head and tail in the same buffer: one
 * allocation and one write, however many subscribers share it.
 */
export function frame(blocks: string, framing: Framing): Buffer {
  const length = Buffer.byteLength(blocks)
  const head = framing === 'raw' ? '' : `${length.toString(16)}\r\n`
  const tail = framing === 'raw' ? '' : '\r\n'
  // Outside Node's shared pool, where a slow subscriber or a kept batch would keep a whole slab alive.
  const bytes = Buffer.allocUnsafeSlow(head.length + length + tail.length)
  bytes.write(head, 0, 'latin1')
  bytes.write(blocks, head.length, 'utf8')
  bytes.write(tail, head.length + length, 'latin1')
  return bytes
}

/** Blocks as `frame` encodes them, as text. */
export function frameText(blocks: string, framing: Framing): string {
  if (framing === 'raw') return blocks
  return `${Buffer.byteLength(blocks).toString(16)}\r\n${blocks}\r\n`
}

/** Encodes the blocks that end a response body. */
export function closingFrame(blocks: string, framing: Framing): Buffer {
  const bytes = frame(blocks, framing)
  return framing === 'raw' ? bytes : Buffer.concat([bytes, LAST_CHUNK])
}
