import type { Context } from 'koa'
import { canonicalAddress } from '../lib/ip-address.ts'

/** An entry of `X-Forwarded-For` with a port, or an address in brackets: proxies write IPv6 either way. */
const DECORATED = /^(?:\[([^\]]*)\](?::\d{1,5})?|(.*):\d{1,5})$/

/**
 * The canonical address of the client, as far as proxies can be believed: each of `trustedHops` has added the one
 * that it was asked from to the end of `X-Forwarded-For`. An entry that is no address, such as `unknown`, hides who
 * asked that proxy; then the proxy stands for all of its clients. Never a text of the client's own making.
 */
export function clientAddress(ctx: Context, trustedHops: number): string {
  const forwarded = trustedHops === 0 ? [] : ctx.get('X-Forwarded-For').split(',')
  for (const entry of forwarded.slice(-trustedHops)) {
    const address = parseEntry(entry.trim())
    if (address !== undefined) return address
  }
  return canonicalAddress(ctx.req.socket.remoteAddress ?? '') ?? ''
}

function parseEntry(entry: string): string | undefined {
  const text = /^"(.*)"$/.exec(entry)?.[1] ?? entry
  const address = canonicalAddress(text)
  if (address !== undefined) return address
  const [, bracketed, other] = DECORATED.exec(text) ?? []
  return canonicalAddress(bracketed ?? other ?? '')
}
