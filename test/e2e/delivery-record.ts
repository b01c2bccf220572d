import { parsePosition } from '../../src/wire/position.ts'

export interface RecordedEvent {
  readonly id: string
  readonly data: string
}

/** The events of a publisher. */
interface Published {
  /** The data of accepted events, by id. */
  readonly accepted: ReadonlyMap<string, string>
  /** The data of events that may have been accepted. */
  readonly unanswered: ReadonlySet<string>
}

/** All that one client received over all its connections, in order. */
export class DeliveryRecord {
  readonly events: RecordedEvent[] = []
  /** The reasons of gaps. */
  readonly gaps: string[] = []
  /** The last `retry:`, in ms. */
  retry: number | undefined
  /** The number of opened streams. */
  opened = 0
  /** When the open stream was opened, as `performance.now()` says it. */
  openedAt: number | undefined
  /** Milliseconds from the end of each stream to the opening of the next. */
  readonly pauses: number[] = []
  /** The number of gaps before each event: offsets may jump only after a gap. */
  readonly #gapsBefore: number[] = []
  #endedAt: number | undefined

  takeOpen(): void {
    this.opened++
    this.openedAt = performance.now()
    if (this.#endedAt !== undefined) this.pauses.push(performance.now() - this.#endedAt)
    this.#endedAt = undefined
  }

  takeEnd(): void {
    this.openedAt = undefined
    this.#endedAt ??= performance.now()
  }

  takeGap(data: string): void {
    this.gaps.push((JSON.parse(data) as { reason: string }).reason)
  }

  takeEvent(id: string, data: string): void {
    this.events.push({ id, data })
    this.#gapsBefore.push(this.gaps.length)
  }

  /**
   * Checks the record against the published events: no event is duplicated, wrong or out of order, and a gap
   * announces the events missing between two others. A client that ends with the newest event has thus lost none
   * silently. After a gap the record goes on with the first event of another history.
   */
  expectConsistent({ accepted, unanswered }: Published): void {
    // A publish that became two events has two ids, so the data is compared.
    const told = new Set(this.events.map(({ data }) => data))
    if (told.size < this.events.length) throw new Error('expected each event once, got one twice')
    for (const [index, { id, data }] of this.events.entries()) {
      const isTrue = accepted.has(id) ? accepted.get(id) === data : unanswered.has(data)
      if (!isTrue) throw new Error(`event ${id} was not published as ${data}`)
      const before = this.events[index - 1]
      if (before === undefined) continue
      const now = positionOf(id)
      const last = positionOf(before.id)
      const hasGap = this.#gapsBefore[index] !== this.#gapsBefore[index - 1]
      const follows = hasGap
        ? now.epoch !== last.epoch && now.offset === 1
        : now.epoch === last.epoch && now.offset === last.offset + 1
      if (!follows) {
        const gap = hasGap ? 'a gap' : 'no gap'
        throw new Error(`expected what follows ${before.id} after ${gap}, got ${id}`)
      }
    }
  }
}

function positionOf(id: string): { epoch: string; offset: number } {
  const position = parsePosition(id)
  if (position === undefined) throw new Error(`expected a position, got ${id}`)
  return position
}
