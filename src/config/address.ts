import { isIPv4, isIPv6 } from 'node:net'

/** Where a listener binds. An IPv6 host stands without its brackets, as `server.listen` wants it. */
export interface Address {
  readonly host: string
  readonly port: number
}

const WRITTEN = /^(?:\[([^\]]+)\]|([^[\]:]+)):(\d{1,5})$/
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i

/**
 * The address of `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`. A host must stand there: `:8080`
 * would open the port to every network without saying so.
 */
export function parseAddress(text: string): Address | undefined {
  const [, v6, other, digits] = WRITTEN.exec(text) ?? []
  const port = Number(digits)
  if (!(port <= 65_535)) return undefined
  if (v6 !== undefined) return isIPv6(v6) ? { host: v6, port } : undefined
  if (other === undefined || !(isIPv4(other) || isHostName(other))) return undefined
  return { host: other, port }
}

export function formatAddress({ host, port }: Address): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
}

/** A DNS name. One whose last label is a number would be read as a (wrong) IPv4 address. */
export function isHostName(text: string): boolean {
  const labels = text.split('.')
  return (
    text.length <= 253 &&
    labels.every((label) => LABEL.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '')
  )
}
