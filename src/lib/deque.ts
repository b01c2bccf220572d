/**
 * A list that grows at its end and shrinks at its front, each in amortized O(1): slots in front of the
 * head are cut off in bulk. Own code because it is on the path of every event and an array's `shift`
 * moves the whole list.
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
    // Emptied at once: the slot must not keep the item alive until the next cut.
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
