/**
 * For how long this process has seen each of some things, without a break. A clock that only moves forward decides,
 * since the wall clock may jump and other machines have other clocks.
 */
export class Sightings {
  readonly #since = new Map<string, number>()

  observe(present: Iterable<string>, uptime: number): void {
    const ids = new Set(present)
    for (const id of this.#since.keys()) if (!ids.has(id)) this.#since.delete(id)
    for (const id of ids) if (!this.#since.has(id)) this.#since.set(id, uptime)
  }

  has(id: string): boolean {
    return this.#since.has(id)
  }

  /** What has been seen for at least so many ms. */
  seenFor(duration: number, uptime: number): readonly string[] {
    return [...this.#since].filter(([, since]) => uptime - since >= duration).map(([id]) => id)
  }

  clear(): void {
    this.#since.clear()
  }
}
