/** A group whose members are written to some time after its events have come, so that more events share a write. */
export interface CollectingGroup {
  /** The events that have come are to be written. */
  flush(): void
}

/**
 * Flushes the groups that have events for their members. One timer serves all groups of a process: it starts with the
 * first event that has to wait, so that no event waits longer than the interval.
 */
export class FlushTimer {
  /** Ms; 0 flushes at once. */
  readonly #interval: () => number
  readonly #collecting = new Set<CollectingGroup>()
  #timer: NodeJS.Timeout | undefined

  constructor(interval: () => number) {
    this.#interval = interval
  }

  /** The group has events: it is flushed when the interval is over. */
  add(group: CollectingGroup): void {
    const interval = this.#interval()
    if (interval === 0) {
      group.flush()
      return
    }
    this.#collecting.add(group)
    this.#timer ??= setTimeout(this.#run, interval).unref()
  }

  /** Flushes the group now, if it waits for that. */
  hurry(group: CollectingGroup): void {
    if (this.#collecting.delete(group)) group.flush()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#collecting.clear()
  }

  readonly #run = (): void => {
    this.#timer = undefined
    const due = [...this.#collecting]
    this.#collecting.clear()
    for (const group of due) group.flush()
  }
}
