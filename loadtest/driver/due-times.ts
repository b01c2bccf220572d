import type { PublishedChannel } from './commands.ts'
import { REFUSED, UNKNOWN } from './published-events.ts'

/** When the events of one channel were due, in microseconds, whatever became of them. */
export class DueTimes {
  readonly #dues: readonly number[]
  /** Of the events that the server accepted; 0 without any. */
  readonly lastAccepted: number

  constructor(records: readonly PublishedChannel[]) {
    this.#dues = records.flatMap(({ dues }) => dues).toSorted((one, other) => one - other)
    this.lastAccepted = Math.max(0, ...records.map(lastAcceptedOf))
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

  /** From the first one at this time or later to the last one. */
  spanFrom(time: number): number {
    const first = this.firstFrom(time)
    return first === undefined ? 0 : this.last! - first
  }
}

function lastAcceptedOf({ outcomes, dues }: PublishedChannel): number {
  return dues[outcomes.findLastIndex((outcome) => outcome !== REFUSED && outcome !== UNKNOWN)] ?? 0
}
