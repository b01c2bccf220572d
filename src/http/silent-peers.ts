import { readFile } from 'node:fs/promises'
import { SocketAddress } from 'node:net'

/**
 * Peers that the kernel retransmits to without an answer. TCP keep-alive cannot find them: unacknowledged
 * heartbeats suppress it, and retransmission alone gives up after a quarter of an hour. Node offers no
 * TCP_USER_TIMEOUT, but Linux shows the count in its socket table, to everyone.
 */

/** One table per family and network namespace; Linux only. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'] as const

/** Retransmissions after which a peer counts as gone: about 13 s after the first, as they back off. */
const MIN_RETRANSMITS = 6

const ESTABLISHED = '01'

/** The peers of a local port that do not answer, each as `address:port`; none where there is no table. */
export async function findSilentPeers(localPort: number): Promise<ReadonlySet<string>> {
  const peers = new Set<string>()
  for (const table of TABLES) {
    let text: string
    try {
      text = await readFile(table, 'latin1')
    } catch {
      continue
    }
    for (const peer of parseSilentPeers(text, localPort)) peers.add(peer)
  }
  return peers
}

/** Parses the text of a table (Documentation/networking/proc_net_tcp.rst of the Linux kernel). */
export function parseSilentPeers(table: string, localPort: number): string[] {
  const port = localPort.toString(16).toUpperCase().padStart(4, '0')
  // One pass over the whole text: the table also lists every connection that was closed in the last
  // minute, and splitting all those lines would hold up the event loop.
  const unanswered = new RegExp(
    `^ *\\d+: [\\dA-F]+:${port} ([\\dA-F]+:[\\dA-F]{4}) ${ESTABLISHED} (?!0{8}:)[\\dA-F:]+ [\\dA-F:]+ ([\\dA-F]+) `,
    'gm',
  )
  const peers: string[] = []
  for (const [, remote = '', retransmits = ''] of table.matchAll(unanswered)) {
    if (Number.parseInt(retransmits, 16) >= MIN_RETRANSMITS) peers.push(parseAddress(remote))
  }
  return peers
}

/**
 * `0100007F:1F90` is `127.0.0.1:8080`: each 32-bit word stands in the byte order of the host. Written as
 * Node writes a peer's address.
 */
function parseAddress(text: string): string {
  const [words = '', port = ''] = text.split(':')
  const bytes = Buffer.from(words, 'hex').swap32()
  const isIPv4 = bytes.length === 4
  const { address } = new SocketAddress({
    address: isIPv4 ? bytes.join('.') : (bytes.toString('hex').match(/.{4}/g) ?? []).join(':'),
    family: isIPv4 ? 'ipv4' : 'ipv6',
  })
  return `${address}:${Number.parseInt(port, 16)}`
}
