/**
 * The addresses that connections to a loopback target come from: one address has about 28,000 ports for one target,
 * which 10,000 subscribers that reconnect would use up.
 */
const MOST_CONNECTIONS = 20_000
const ADDRESSES = 250

export class SourceAddresses {
  readonly #prefix: string
  /** Connections by address. */
  readonly #connections = new Map<string, number>()
  #turn = 0

  /** Drivers with different numbers (0 to 253) have no address in common. */
  constructor(driver: number) {
    this.#prefix = `127.${driver + 1}.0.`
  }

  /** An address to bind, to be given back by `release`; undefined where the system chooses. */
  take(target: string): string | undefined {
    if (!target.startsWith('127.')) return undefined
    for (let tried = 0; tried < ADDRESSES; tried++) {
      const address = `${this.#prefix}${(this.#turn++ % ADDRESSES) + 1}`
      const connections = this.#connections.get(address) ?? 0
      if (connections >= MOST_CONNECTIONS) continue
      this.#connections.set(address, connections + 1)
      return address
    }
    throw new Error(
      `expected at most ${ADDRESSES * MOST_CONNECTIONS} connections, got one more: use more drivers`,
    )
  }

  release(address: string | undefined): void {
    if (address === undefined) return
    this.#connections.set(address, (this.#connections.get(address) ?? 1) - 1)
  }
}
