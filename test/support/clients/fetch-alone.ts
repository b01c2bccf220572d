import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { LookupFunction } from 'node:net'
import { Readable } from 'node:stream'
import type { Fetch } from '../../../src/client/connection.ts'

/**
 * A `fetch` for our client whose connections are gone with their answers: the global one keeps some, and
 * opens the next ahead. `lookup` finds hosts that no name server knows.
 */
export function createFetchAlone(lookup?: LookupFunction): Fetch {
  return async (url, { headers, signal }) => {
    const request = get(url, { agent: false, headers, signal, ...(lookup && { lookup }) })
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    // Once the answer has begun, its body tells what breaks.
    request.on('error', () => undefined)
    const { statusCode: status = 0, statusMessage: statusText = '' } = answer
    // Statuses that allow no body have none to hand on.
    const body = [204, 304].includes(status) ? null : Readable.toWeb(answer)
    const fields = Object.entries(answer.headersDistinct).flatMap(([name, values = []]) =>
      values.map((value): [string, string] => [name, value]),
    )
    return new Response(body, { status, statusText, headers: fields })
  }
}
