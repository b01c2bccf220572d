import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { Agent, fetch, type RequestInit, type Response } from 'undici'
import type { Address } from '../../driver/commands.ts'

/** Milliseconds until a connection is open, and until an answer begins. */
const TIMEOUT = 10_000

/** Requests to an address, from the same place and with the same headers as those of the drivers. */
export class AddressClient implements AsyncDisposable {
  readonly #address: Address
  readonly #agent: Agent

  constructor(address: Address) {
    this.#address = address
    const [first] = address.connectTo
    const fixed = first === undefined ? {} : { lookup: resolveTo(first) }
    this.#agent = new Agent({ connect: { timeout: TIMEOUT, ...fixed }, headersTimeout: TIMEOUT })
  }

  get url(): string {
    return this.#address.url
  }

  async get(path: string, init: RequestInit = {}): Promise<Response> {
    const { url, headers } = this.#address
    return this.#fetch(url + path, { ...init, headers })
  }

  async publish(path: string, body: string): Promise<Response> {
    const { publishUrl, headers, publishHeaders } = this.#address
    const all = { 'Content-Type': 'text/plain', ...headers, ...publishHeaders }
    return this.#fetch(publishUrl + path, { method: 'POST', body, headers: all })
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, { redirect: 'manual', ...init, dispatcher: this.#agent })
    } catch (error) {
      throw new Error(describeFailure(url, error), { cause: error })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy()
  }
}

/** The IP addresses that subscribers connect to. */
export async function resolveAddress({ url, connectTo }: Address): Promise<readonly string[]> {
  if (connectTo.length > 0) return connectTo
  const { hostname } = new URL(url)
  const host = hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0) return [host]
  const { address } = await lookup(host)
  return [address]
}

function resolveTo(address: string) {
  return (
    _host: string,
    options: { readonly all?: boolean },
    callback: (error: null, addresses: unknown, family?: number) => void,
  ) => {
    const family = isIP(address)
    if (options.all === true) callback(null, [{ address, family }])
    else callback(null, address, family)
  }
}

/** A connection that failed, as a sentence that says what to do. */
export function describeFailure(url: string, error: unknown): string {
  const { origin, hostname, protocol } = new URL(url)
  const { code, message } = causeOf(error)
  const failure = `cannot reach ${origin}`
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `${failure}: no address is known for ${hostname}; check the name, or DNS on this machine`
  }
  if (code === 'ECONNREFUSED') {
    return `${failure}: the connection was refused; check the port, and that the server is running`
  }
  if (/TIMEDOUT|TIMEOUT/.test(code)) {
    return `${failure}: no answer within ${TIMEOUT / 1_000} s; check the address, and firewalls on the way`
  }
  if (code === 'ENETUNREACH' || code === 'EHOSTUNREACH') {
    return `${failure}: there is no route to it (${code})`
  }
  if (/WRONG_VERSION|PACKET_LENGTH|EPROTO/.test(code)) {
    return `${failure}: it does not speak TLS; use http://`
  }
  if (/CERT|SIGNATURE|SIGNED|ISSUER/.test(code)) {
    return `${failure}: its certificate is not trusted (${message}); name the authority's file in NODE_EXTRA_CA_CERTS`
  }
  const hint = protocol === 'http:' ? '; does it expect https://?' : ''
  return `${failure}: the connection broke before an answer (${message})${hint}`
}

function causeOf(error: unknown): { readonly code: string; readonly message: string } {
  let cause = error
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause
  if (!(cause instanceof Error)) return { code: '', message: String(cause) }
  return { code: 'code' in cause ? String(cause.code) : '', message: cause.message }
}
