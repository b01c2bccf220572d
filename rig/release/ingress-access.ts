/** How clients reach the ingress under the host of a release, which no name server resolves. */
import { request } from 'node:http'
import { isIPv6, type LookupFunction } from 'node:net'
import { Agent, fetch as undiciFetch } from 'undici'
import { waitFor } from '../wait-for.ts'
import { ingressUrl } from './environment.ts'

/** The address that a host of a release stands for. */
export function ingressAddress(): string {
  return ingressUrl().hostname.replaceAll(/[[\]]/g, '')
}

/** For `node:http` and `node:net`. */
export const lookup: LookupFunction = (_host, options, callback) => {
  const address = ingressAddress()
  const family = isIPv6(address) ? 6 : 4
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
/** In ms. The controller of the ingress writes its configuration seconds after a change. */
const PATIENCE = 20_000
const INTERVAL = 10

/** Resolves when the ingress has the routes of a release. */
export async function expectRoutes(url: string): Promise<void> {
  for (const path of PATHS) await expectPath(`${url}${path}`)
}

/** Resolves when every worker of nginx answers there with a success. */
export async function expectPath(url: string): Promise<void> {
  let answers = 0
  const check = async () => {
    const status = await statusOf(url)
    answers = status === 200 ? answers + 1 : 0
    if (answers < ANSWERS_IN_A_ROW) throw new Error(`expected ${url} to be 200, got ${status}`)
  }
  await waitFor('the routes of the ingress', PATIENCE, check, INTERVAL)
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
