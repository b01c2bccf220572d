import { createReadStream } from 'node:fs'
import { SocketAddress } from 'node:net'

/**
 * The kernel's table of TCP connections: their queues and retransmissions, which Node does not tell. Linux
 * lets any process read it (Documentation/networking/proc_net_tcp.rst of the kernel).
 */

/** One table for each address family, of this process's network namespace; Linux only. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'] as const

const ESTABLISHED = '01'

/**
 * Characters that are read and matched together. The table also lists every connection that was closed in the
 * last minute: as one text of megabytes it would block the event loop, and stay in memory after that, since
 * the engine keeps the last text that a regular expression has matched.
 */
const PIECE = 16 * 1024

/** Matches in one pass over a text: to split it into lines, most of which say nothing, costs more. */
const UNACKNOWLEDGED = new RegExp(
  `:([\\dA-F]{4}) ((?:[\\dA-F]{8}|[\\dA-F]{32}):[\\dA-F]{4}) ${ESTABLISHED} (?!0{8}:)([\\dA-F]+):[\\dA-F]+ [\\dA-F:]+ ([\\dA-F]+) `,
  'g',
)

/** A connection with bytes that its peer has not acknowledged. */
export interface UnacknowledgedConnection {
  readonly localPort: number
  readonly remotePort: number
  /** As the table writes it, for `formatPeer`. */
  readonly remote: string
  readonly bytes: number
  readonly retransmits: number
}

/** Undefined on another system than Linux. Takes about 3 µs for each connection. */
export async function readSocketTables(): Promise<UnacknowledgedConnection[] | undefined> {
  const read = await Promise.all(
    TABLES.map(async (table) => readSocketTable(table).catch(() => undefined)),
  )
  const tables = read.filter((table) => table !== undefined)
  return tables.length === 0 ? undefined : tables.flat()
}

/** Rejects if the file cannot be read. */
export async function readSocketTable(path: string): Promise<UnacknowledgedConnection[]> {
  const connections: UnacknowledgedConnection[] = []
  let rest = ''
  const file = createReadStream(path, { encoding: 'latin1', highWaterMark: PIECE })
  for await (const piece of file) {
    const text = `${rest}${piece}`
    const end = text.lastIndexOf('\n') + 1
    connections.push(...parseSocketTable(text.slice(0, end)))
    rest = text.slice(end)
  }
  return connections
}

export function parseSocketTable(table: string): UnacknowledgedConnection[] {
  return Array.from(
    table.matchAll(UNACKNOWLEDGED),
    ([, port = '', remote = '', bytes = '', retransmits = '']) => ({
      localPort: Number.parseInt(port, 16),
      remotePort: Number.parseInt(remote.slice(-4), 16),
      remote,
      bytes: Number.parseInt(bytes, 16),
      retransmits: Number.parseInt(retransmits, 16),
    }),
  )
}

/**
 * `0100007F:1F90` is `127.0.0.1:8080`: each 32-bit word stands in the byte order of the host. Written as
 * Node writes a peer's address.
 */
export function formatPeer({ remote, remotePort }: UnacknowledgedConnection): string {
  const bytes = Buffer.from(remote.slice(0, -5), 'hex').swap32()
  const isIPv4 = bytes.length === 4
  const { address } = new SocketAddress({
    address: isIPv4 ? bytes.join('.') : (bytes.toString('hex').match(/.{4}/g) ?? []).join(':'),
    family: isIPv4 ? 'ipv4' : 'ipv6',
  })
  return `${address}:${remotePort}`
}
