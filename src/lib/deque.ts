/**
 * A queue that adds at its end and removes from its front, each in amortized O(1): the slots before the head
 * are cut off in bulk. Own code, since it is on the path of every event, and an array's `shift` moves the
 * whole list.
 */
export class Deque<T> {
  #items: (T | undefined)[] = []
  #head = 0

  get length(): number {
    return this.#items.length - this.#head
  }

  at(index: number): T | undefined {
    return index < 0 ? undefined : this.#items[this.#head + index]
  }

  push(item: T): void {
    this.#items.push(item)
  }

  shift(): T | undefined {
    const item = this.#items[this.#head]
    if (this.length === 0) return undefined
    // The slot is emptied, or it would keep the item alive until the next cut.
    this.#items[this.#head++] = undefined
    if (this.#head >= 64 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }

  clear(): void {
    this.#items = []
    this.#head = 0
  }
}
