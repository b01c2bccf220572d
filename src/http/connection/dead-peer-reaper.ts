import type { Server } from 'node:http'
import type { Hub } from '../../hub/hub.ts'
import {
  formatPeer,
  parseSocketTable,
  readSocketTables,
  type UnacknowledgedConnection,
} from './kernel-socket-table.ts'

/**
 * How often the kernel's table is read, in ms: with a heartbeat of 15 s and the kernel's own back-off, a
 * client that vanished is found within 45 s.
 */
const INTERVAL = 10_000

/** Retransmissions after which a peer counts as dead: about 13 s after the first, as they back off. */
const MIN_RETRANSMITS = 6

/**
 * Ends the streams of peers that the kernel retransmits to without an answer. TCP keep-alive cannot find
 * them: unacknowledged heartbeats suppress it, and retransmission alone gives up after a quarter of an hour.
 * Node offers no TCP_USER_TIMEOUT, but the kernel's socket table shows the count.
 */
export class DeadPeerReaper {
  readonly #hub: Hub
  readonly #server: Server
  #timer: NodeJS.Timeout | undefined

  constructor(hub: Hub, server: Server) {
    this.#hub = hub
    this.#server = server
  }

  start(): void {
    this.#timer = setInterval(() => void this.#reap(), INTERVAL).unref()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #reap(): Promise<void> {
    const address = this.#server.address()
    if (this.#hub.subscribers.size === 0 || address === null || typeof address === 'string') return
    const peers = await findDeadPeers(address.port)
    if (peers.size > 0) this.#hub.cutVanished(peers)
  }
}

/** The dead peers of a local port, each as `address:port`; none on a system without the table. */
export async function findDeadPeers(localPort: number): Promise<ReadonlySet<string>> {
  const connections = (await readSocketTables()) ?? []
  return new Set(selectDeadPeers(connections, localPort))
}

/** The dead peers in the text of a table. */
export function parseDeadPeers(table: string, localPort: number): string[] {
  return selectDeadPeers(parseSocketTable(table), localPort)
}

function selectDeadPeers(
  connections: readonly UnacknowledgedConnection[],
  localPort: number,
): string[] {
  return connections
    .filter((each) => each.localPort === localPort && each.retransmits >= MIN_RETRANSMITS)
    .map(formatPeer)
}
