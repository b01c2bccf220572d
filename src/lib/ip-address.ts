import { isIPv4, isIPv6, SocketAddress } from 'node:net'

/**
 * The one spelling of an IP address: IPv4-mapped IPv6 as IPv4, other IPv6 compressed and without a zone. Undefined for
 * any other text.
 */
export function canonicalAddress(text: string): string | undefined {
  if (isIPv4(text)) return text
  if (!isIPv6(text)) return undefined
  const { address } = new SocketAddress({ address: text, family: 'ipv6' })
  const mapped = address.replace(/^::ffff:/, '')
  return isIPv4(mapped) ? mapped : address
}

/**
 * What limits count as one client: of IPv6 the /64, within which a single machine can take any address, of IPv4 the
 * address. The address is a canonical one.
 */
export function clientNetwork(address: string): string {
  if (!isIPv6(address)) return address
  const [head = [], tail = []] = address
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''))
  const zeros = Array<string>(8 - head.length - tail.length).fill('0')
  const prefix = [...head, ...zeros, ...tail].slice(0, 4)
  return `${canonicalAddress(`${prefix.join(':')}::`)}/64`
}
