import { BlockList, isIP } from 'node:net'

/**
 * Whether a list of `NO_PROXY` has the host of a URL. A name stands for its subdomains too, with or without a leading
 * dot. Networks are written as `10.0.0.0/8`, and what is neither name, address nor network is ignored.
 */
export function isExempt({ hostname, port, protocol }: URL, list: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  const targetPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true
      const { name, entryPort } = parseEntry(entry)
      if (entryPort !== undefined && entryPort !== targetPort) return false
      return isIP(host) === 0 ? host === name || host.endsWith(`.${name}`) : isInNetwork(host, name)
    })
}

/** Parses `example.com`, `.example.com`, `*.example.com`, `host:8080`, `::1`, `[::1]:8080` or a network. */
function parseEntry(entry: string): { name: string; entryPort: string | undefined } {
  const [, bracketed, plain, entryPort] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? []
  const name = (bracketed ?? plain ?? entry).replace(/^\*?\./, '').replace(/\.$/, '')
  return { name, entryPort }
}

const NETWORK = /^\[?(?<network>[\d.a-f:]+)\]?(?:\/(?<length>\d{1,3}))?$/

/** Compares values, since an IPv6 address has many spellings. */
function isInNetwork(address: string, written: string): boolean {
  const { network = '', length } = NETWORK.exec(written)?.groups ?? {}
  const version = isIP(network)
  if (version === 0) return false
  const bits = version === 4 ? 32 : 128
  const prefix = length === undefined ? bits : Number(length)
  if (prefix > bits) return false
  const list = new BlockList()
  list.addSubnet(network, prefix, version === 4 ? 'ipv4' : 'ipv6')
  return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')
}
