import type { Server } from 'node:http'
import type { Hub } from '../../hub/hub.ts'
import { findDeadPeers } from './dead-peers.ts'

/** How often the kernel is asked, in ms: with a heartbeat of 15 s and the kernel's own back-off, a client
 * that vanished is gone within 45 s. */
const INTERVAL = 10_000

/** Ends the streams of clients that vanished. */
export class DeadPeerReaper {
  readonly #hub: Hub
  readonly #server: Server
  #timer: NodeJS.Timeout | undefined

  constructor(hub: Hub, server: Server) {
    this.#hub = hub
    this.#server = server
  }

  start(): void {
    this.#timer = setInterval(() => void this.#sweep(), INTERVAL).unref()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #sweep(): Promise<void> {
    const address = this.#server.address()
    if (this.#hub.subscribers.size === 0 || address === null || typeof address === 'string') return
    const peers = await findDeadPeers(address.port)
    if (peers.size > 0) this.#hub.cutVanished(peers)
  }
}
