import { ClientCounts } from './client-counts.ts'
import type { Fleet, FleetView } from './fleet.ts'

/** The fleet of a pod whose log is in its own memory: this pod alone. */
export class LocalFleet implements Fleet {
  readonly view: FleetView = { kind: 'alone' }
  readonly #clients = new ClientCounts()

  join(): void {}

  async admit(client: string, limit: number): Promise<boolean> {
    if (this.#clients.of(client) >= limit) return false
    this.#clients.add(client)
    return true
  }

  release(client: string): void {
    this.#clients.remove(client)
  }

  async close(): Promise<void> {}
}
