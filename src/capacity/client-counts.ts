/** The number of streams of each client in this process. */
export class ClientCounts {
  readonly #counts = new Map<string, number>()

  get clients(): Iterable<string> {
    return this.#counts.keys()
  }

  of(client: string): number {
    return this.#counts.get(client) ?? 0
  }

  add(client: string): void {
    this.#counts.set(client, this.of(client) + 1)
  }

  remove(client: string): void {
    const count = this.of(client) - 1
    if (count > 0) this.#counts.set(client, count)
    else this.#counts.delete(client)
  }
}
