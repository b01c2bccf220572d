import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Address } from './commands.ts'

/** A server, with its name resolved: 10,000 connections would else look it up as often. */
export class Endpoint {
  readonly isTls: boolean
  /** The name in the URL, for the certificate. */
  readonly name: string
  /** As in the header `Host`. */
  readonly host: string
  readonly port: number
  /** Stands before all paths; empty, or without a slash at its end. */
  readonly basePath: string
  readonly #ips: readonly string[]
  #turn = 0

  /** Connects to the addresses in turns. */
  static async resolve({ url, connectTo }: Pick<Address, 'url' | 'connectTo'>): Promise<Endpoint> {
    const parsed = new URL(url)
    const name = parsed.hostname.replace(/^\[|\]$/g, '')
    return new Endpoint(parsed, name, connectTo.length > 0 ? connectTo : await resolveName(name))
  }

  private constructor(url: URL, name: string, ips: readonly string[]) {
    this.isTls = url.protocol === 'https:'
    this.name = name
    this.host = url.host
    this.port = url.port === '' ? (this.isTls ? 443 : 80) : Number(url.port)
    this.basePath = url.pathname.replace(/\/+$/, '')
    this.#ips = ips
  }

  nextIp(): string {
    return this.#ips[this.#turn++ % this.#ips.length]!
  }
}

async function resolveName(name: string): Promise<readonly string[]> {
  if (isIP(name) !== 0) return [name]
  const [first, ...others] = await lookup(name, { all: true })
  if (first === undefined) throw new Error(`expected an address of ${name}, got none`)
  // Where a name has addresses of both families, often one of them leads nowhere.
  const alike = others.filter(({ family }) => family === first.family)
  return [first, ...alike].map(({ address }) => address)
}
