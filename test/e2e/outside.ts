/** Ways for a client to find the ingress under the host of a release, which no name server knows. */
import type { LookupFunction } from 'node:net'
import { Agent, fetch as undiciFetch } from 'undici'
import { INGRESS } from './environment.ts'

/** For `node:http` and `node:net`. */
export const lookup: LookupFunction = (_host, options, callback) => {
  const family = INGRESS.hostname.includes(':') ? 6 : 4
  const address = INGRESS.hostname.replaceAll(/[[\]]/g, '')
  if (options.all === true) callback(null, [{ address, family }])
  else callback(null, address, family)
}

/** For undici. Each stream is a connection that lasts. */
export const dispatcher = new Agent({ connect: { lookup }, bodyTimeout: 0, headersTimeout: 0 })

export const fetchOutside: typeof undiciFetch = async (input, init) =>
  undiciFetch(input, { ...init, dispatcher })

/** For curl. */
export function curlFlags(url: string): string[] {
  const { hostname, port } = new URL(url)
  return ['--resolve', `${hostname}:${port}:${INGRESS.hostname}`]
}

/** For Chromium. */
export const CHROMIUM_FLAGS: readonly string[] = [
  `--host-resolver-rules=MAP *.test ${INGRESS.hostname}`,
]
