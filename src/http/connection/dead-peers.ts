import { formatPeer, parseSocketTable, readSocketTables } from './kernel-socket-table.ts'

/**
 * Peers that the kernel retransmits to without an answer. TCP keep-alive cannot find them: unacknowledged
 * heartbeats suppress it, and retransmission alone gives up after a quarter of an hour. Node offers no
 * TCP_USER_TIMEOUT, but the kernel's socket table shows the count.
 */

/** Retransmissions after which a peer counts as gone: about 13 s after the first, as they back off. */
const MIN_RETRANSMITS = 6

/** The peers of a local port that do not answer, each as `address:port`; none where there is no table. */
export async function findDeadPeers(localPort: number): Promise<ReadonlySet<string>> {
  const tables = await readSocketTables()
  return new Set(tables.flatMap((table) => parseDeadPeers(table, localPort)))
}

/** Parses the text of a table. */
export function parseDeadPeers(table: string, localPort: number): string[] {
  return parseSocketTable(table)
    .filter(
      (connection) =>
        connection.localPort === localPort && connection.retransmits >= MIN_RETRANSMITS,
    )
    .map(formatPeer)
}
