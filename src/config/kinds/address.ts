import { isIPv4, isIPv6 } from 'node:net'
import { accept, refuse, type Parsed } from '../parsed.ts'
import type { Kind } from './kind.ts'

/** The address of a listener. An IPv6 host has no brackets, as `server.listen` expects it. */
export interface Address {
  readonly host: string
  readonly port: number
}

const ADDRESS = /^(?:\[([^\]]+)\]|([^[\]:]+)):(\d{1,5})$/
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i

/**
 * Parses `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`. The host is required: `:8080` would silently
 * open the port to every network.
 */
export function parseAddress(text: string): Address | undefined {
  const [, v6, other, digits] = ADDRESS.exec(text) ?? []
  const port = Number(digits)
  if (!(port <= 65_535)) return undefined
  if (v6 !== undefined) return isIPv6(v6) ? Object.freeze({ host: v6, port }) : undefined
  if (other === undefined || !(isIPv4(other) || isHostName(other))) return undefined
  return Object.freeze({ host: other, port })
}

export function formatAddress({ host, port }: Address): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
}

/** Whether the text is a DNS name. A numeric last label would make it a (wrong) IPv4 address. */
function isHostName(text: string): boolean {
  const labels = text.split('.')
  return (
    text.length <= 253 &&
    labels.every((label) => LABEL.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '')
  )
}

export function address(): Kind<Address> {
  const form =
    'an address such as 127.0.0.1:8080 or [::1]:8080 (0.0.0.0:8080 or [::]:8080 for all interfaces)'
  return {
    name: 'address',
    range: 'host:port, the port from 0 to 65535',
    parse: (text) => {
      const value = parseAddress(text)
      return value === undefined ? refuse(form, text) : accept(value)
    },
    format: formatAddress,
  }
}

/** The host part of a `Host` header, without the port and in lower case. */
export function parseHost(text: string): Parsed<string> {
  const isBracketed = text.startsWith('[') && text.endsWith(']') && isIPv6(text.slice(1, -1))
  if (isBracketed || isIPv4(text) || isHostName(text)) return accept(text.toLowerCase())
  return refuse('a host such as events.example, without scheme and port', text)
}

const WEB_ORIGIN = 'an origin such as https://app.example'

/** Schemes that no page has, and misspelled ones of the web: `htps` must not pass for the scheme of an app. */
const NO_PAGE = /^(?:ftp|wss?|file|javascript|(?!https?:)[htps]{3,}):$/

/**
 * An origin exactly as browsers send it: scheme, host and a port that is not the scheme's own. The scheme may be one
 * of an app, such as `capacitor`.
 */
export function parseWebOrigin(text: string): Parsed<string> {
  if (text.includes('*')) {
    return refuse(WEB_ORIGIN, text, 'name each origin, browsers refuse a wildcard with credentials')
  }
  const url = URL.canParse(text) ? new URL(text) : undefined
  // The host in front of an `@` in the path is the beginning of credentials.
  const isPage = url !== undefined && url.host !== '' && !NO_PAGE.test(url.protocol)
  if (!isPage || url.pathname.includes('@')) {
    return refuse(WEB_ORIGIN, text)
  }
  // An origin that differs only in its form would never match the `Origin` header of a browser.
  const origin = `${url.protocol}//${url.host}`
  return origin === text ? accept(text) : refuse(WEB_ORIGIN, text, `write ${origin}`)
}
