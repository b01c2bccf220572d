import { ScriptedServer } from '../support/scripted-server.ts'

export interface StubService extends AsyncDisposable {
  readonly url: string
  /** The idempotency key of each request so far. */
  readonly keys: readonly unknown[]
  /** The header `Runnel-Trace` of each request so far. */
  readonly traceHeaders: readonly unknown[]
}

/**
 * Starts a server that answers each request with a chosen status. `statusOf` gets the number of the request, from 0;
 * undefined means 200. `detail` is that of the problem.
 */
export async function startStubService(
  statusOf: (request: number) => number | undefined,
  headers: Readonly<Record<string, string>> = {},
  detail = 'not now',
): Promise<StubService> {
  const server = await ScriptedServer.start((response, number) => {
    const status = statusOf(number) ?? 200
    response.writeHead(status, headers)
    response.end(JSON.stringify(status < 300 ? { ids: ['id'] } : { detail }))
  })
  return {
    url: server.url.origin,
    get keys() {
      return server.requests.map((request) => request.headers['idempotency-key'])
    },
    get traceHeaders() {
      return server.requests.map((request) => request.headers['runnel-trace'])
    },
    [Symbol.asyncDispose]: async () => server[Symbol.asyncDispose](),
  }
}
