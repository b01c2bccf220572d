/** The largest body that any service can be set to take, in bytes. */
const MAX_BYTES = 64 * 1024 * 1024

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
