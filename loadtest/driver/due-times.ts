import type { PublishedChannel } from './commands.ts'

/** When the events of one channel were due, in microseconds, whatever became of them. */
export class DueTimes {
  readonly #dues: readonly number[]

  constructor(records: readonly PublishedChannel[]) {
    this.#dues = records.flatMap(({ dues }) => dues).toSorted((one, other) => one - other)
  }

  /** Undefined without any. */
  get last(): number | undefined {
    return this.#dues.at(-1)
  }

  /** The first one at this time or later. */
  firstFrom(time: number): number | undefined {
    let [low, high] = [0, this.#dues.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#dues[middle]! >= time) high = middle
      else low = middle + 1
    }
    return this.#dues[low]
  }
}
