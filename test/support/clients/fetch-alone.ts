import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { LookupFunction } from 'node:net'
import { Readable } from 'node:stream'
import type { Fetch } from '../../../src/client/fetch.ts'

/**
 * A `fetch` for the project's own client whose connections close with their answers: the global one keeps
 * some, and opens the next in advance. `lookup` resolves hosts that no name server knows.
 */
export function createFetchAlone(lookup?: LookupFunction): Fetch {
  return async (url, { headers, signal }) => {
    const request = get(url, { agent: false, headers, signal, ...(lookup && { lookup }) })
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    // Once the answer has begun, errors come from its body.
    request.on('error', () => undefined)
    const { statusCode: status = 0, statusMessage: statusText = '' } = answer
    // The constructor rejects a body with these statuses.
    const body = [204, 304].includes(status) ? null : Readable.toWeb(answer)
    const fields = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    )
    return new Response(body, { status, statusText, headers: fields })
  }
}
