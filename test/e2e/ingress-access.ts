/** How clients reach the ingress under the host of a release, which no name server resolves. */
import { request } from 'node:http'
import type { LookupFunction } from 'node:net'
import { Agent, fetch as undiciFetch } from 'undici'
import { eventually } from '../support/eventually.ts'
import { INGRESS } from './environment.ts'

/** For `node:http` and `node:net`. */
export const lookup: LookupFunction = (_host, options, callback) => {
  const family = INGRESS.hostname.includes(':') ? 6 : 4
  const address = INGRESS.hostname.replaceAll(/[[\]]/g, '')
  if (options.all === true) callback(null, [{ address, family }])
  else callback(null, address, family)
}

/** For undici. Streams last, so there are no timeouts. */
export const dispatcher = new Agent({ connect: { lookup }, bodyTimeout: 0, headersTimeout: 0 })

export const fetchOutside: typeof undiciFetch = async (input, init) =>
  undiciFetch(input, { ...init, dispatcher })

/** One path for each of the two Ingresses of a release. */
const PATHS = ['/stream/news', '/health/stream-capacity']
/** A retiring worker of nginx accepts a few more connections, and has only the old routes. */
const ANSWERS_IN_A_ROW = 20

/** Resolves when the ingress has the routes of a release. */
export async function expectRoutes(url: string): Promise<void> {
  for (const path of PATHS) {
    let answers = 0
    await eventually(async () => {
      const status = await statusOf(`${url}${path}`)
      answers = status === 200 ? answers + 1 : 0
      if (answers < ANSWERS_IN_A_ROW) throw new Error(`expected ${path} to be 200, got ${status}`)
    })
  }
}

/** The status of a request on a new connection, which any worker may accept. */
async function statusOf(url: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  request(url, { method: 'HEAD', agent: false, lookup })
    .on('response', (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    .on('error', reject)
    .end()
  return promise
}

/** For curl. */
export function curlFlags(url: string): string[] {
  const { hostname, port } = new URL(url)
  return ['--resolve', `${hostname}:${port}:${INGRESS.hostname}`]
}

/** For Chromium. */
export const CHROMIUM_FLAGS: readonly string[] = [
  `--host-resolver-rules=MAP *.test ${INGRESS.hostname}`,
]
