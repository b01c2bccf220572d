import { get, type IncomingMessage } from 'node:http'

/**
 * Opens a stream on a connection of its own and hands out the bytes of its body, until `take` returns
 * true or the signal aborts: then the connection is cut. Rejects if the server ends it before that. The
 * client library hands out events, and so cannot be cut between two bytes.
 */
export async function readStream(
  url: string,
  cursor: string | undefined,
  take: (bytes: Buffer) => boolean,
  cut?: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onResponse = (response: IncomingMessage): void => {
    response.on('data', (bytes: Buffer) => {
      // Chunks of one read still come after the first of them has led to the cut.
      if (response.destroyed) return
      try {
        if (take(bytes)) end()
      } catch (error) {
        end(error)
      }
    })
    response.on('end', () => end(new Error('expected the stream to go on, got its end')))
    response.on('error', end)
  }
  const headers = cursor === undefined ? {} : { 'Last-Event-ID': cursor }
  const request = get(url, { agent: false, headers }, onResponse)
  const end = (error?: unknown): void => {
    if (error === undefined) resolve()
    else reject(error instanceof Error ? error : new Error('the reader failed', { cause: error }))
    request.destroy()
  }
  request.on('error', end)
  cut?.addEventListener('abort', () => end())
  await promise
}
