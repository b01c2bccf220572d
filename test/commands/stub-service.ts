import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StubService extends AsyncDisposable {
  readonly url: string
  /** The idempotency key of each request so far. */
  readonly keys: readonly unknown[]
}

/**
 * Starts a server that answers each request with a chosen status. `statusOf` gets the number of the request, from 0;
 * undefined means 200.
 */
export async function startStubService(
  statusOf: (request: number) => number | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<StubService> {
  const keys: unknown[] = []
  const server = createServer((request, response) => {
    const status = statusOf(keys.length) ?? 200
    keys.push(request.headers['idempotency-key'])
    response.writeHead(status, headers)
    response.end(JSON.stringify(status === 200 ? { ids: ['id'] } : { detail: 'not now' }))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
