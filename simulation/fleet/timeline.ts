import TinyQueue from 'tinyqueue'

interface Happening {
  readonly at: number
  /** Of two at the same moment the one that was planned first comes first. */
  readonly order: number
  readonly act: () => void
}

/** The clock of a simulation, in seconds: it jumps from one happening to the next. */
export class Timeline {
  #now = 0
  #planned = 0
  readonly #queue = new TinyQueue<Happening>([], (a, b) => a.at - b.at || a.order - b.order)

  get now(): number {
    return this.#now
  }

  after(seconds: number, act: () => void): void {
    this.#queue.push({ at: this.#now + Math.max(0, seconds), order: this.#planned++, act })
  }

  every(seconds: number, act: () => void): void {
    this.after(seconds, () => {
      act()
      this.every(seconds, act)
    })
  }

  runUntil(end: number): void {
    for (;;) {
      const next = this.#queue.peek()
      if (next === undefined || next.at > end) break
      this.#queue.pop()
      this.#now = next.at
      next.act()
    }
    this.#now = end
  }
}
