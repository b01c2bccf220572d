import type { Context } from 'koa'
import { ByteBuffer } from '../wire/byte-buffer.ts'
import { Problem } from './problem.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads a body of UTF-8 text of at most `limit` bytes, inclusive. */
export async function readText(ctx: Context, limit: number): Promise<string> {
  const { headers } = ctx.req
  if ((headers['content-encoding'] || 'identity') !== 'identity') {
    throw new Problem(415, 'expected a body without Content-Encoding')
  }
  if ((headers['transfer-encoding'] || 'chunked').toLowerCase() !== 'chunked') {
    throw new Problem(415, 'expected no Transfer-Encoding other than chunked')
  }
  const bytes = await readBytes(ctx, limit)
  try {
    return decoder.decode(bytes)
  } catch {
    throw new Problem(400, 'expected a body of valid UTF-8')
  }
}

async function readBytes(ctx: Context, limit: number): Promise<Uint8Array> {
  const length = Number(ctx.req.headers['content-length'] ?? 0)
  if (length > limit) throw tooLarge(ctx, limit)
  // RFC 9110, section 10.1.1: `Expect` from an HTTP/1.0 client is ignored.
  if (ctx.req.headers.expect !== undefined && ctx.req.httpVersionMinor > 0) ctx.res.writeContinue()

  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>()
  // Chunks are copied: a client may send each byte as a chunk, whose object takes a hundred bytes.
  const body = new ByteBuffer()
  // Listeners, since an early exit from `for await` destroys the connection, and with it the answer.
  ctx.req.on('data', (chunk: Buffer) => {
    // Most bodies come in one chunk.
    if (chunk.length === length) resolve(chunk)
    else if (body.length + chunk.length <= limit) body.append(chunk, 0, chunk.length)
    else reject(tooLarge(ctx, limit))
  })
  ctx.req.on('end', () => {
    resolve(body.view())
  })
  const cut = () => {
    // `close` follows complete bodies too, which must not pay for an error with a stack trace.
    if (ctx.req.readableEnded) return
    reject(new Problem(400, 'expected the whole body, the connection ended before it'))
  }
  ctx.req.on('error', cut)
  ctx.req.on('close', cut)
  return promise
}

/** The answer closes the connection, since the rest of the body is not read. */
function tooLarge(ctx: Context, limit: number): Problem {
  ctx.set('Connection', 'close')
  return new Problem(413, `expected a body of at most ${limit} bytes`, { Connection: 'close' })
}
