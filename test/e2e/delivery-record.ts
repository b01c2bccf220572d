import { parsePosition } from '../../src/wire/position.ts'

export interface RecordedEvent {
  readonly id: string
  readonly data: string
}

/** What a publisher knows of its events. */
interface Published {
  /** Their data by id. */
  readonly accepted: ReadonlyMap<string, string>
  /** The data of those that may have been accepted. */
  readonly unanswered: ReadonlySet<string>
}

/** What one client was told over all its connections, in order. */
export class DeliveryRecord {
  readonly events: RecordedEvent[] = []
  /** The reasons of gaps. */
  readonly gaps: string[] = []
  /** The last `retry:`, in ms. */
  retry: number | undefined
  /** Streams that opened. */
  opened = 0
  /** From the end of each stream to the opening of the next, in ms. */
  readonly pauses: number[] = []
  /** Offsets may go on elsewhere after a gap only. */
  readonly #gapsBefore: number[] = []
  #endedAt: number | undefined

  takeOpen(): void {
    this.opened++
    if (this.#endedAt !== undefined) this.pauses.push(performance.now() - this.#endedAt)
    this.#endedAt = undefined
  }

  takeEnd(): void {
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
   * Holds it against what was published: nothing is told twice, wrong or out of order, and what is
   * missing between two events is announced by a gap between them. A client that ends with the newest
   * event has thus lost nothing silently. After a gap the record goes on with the first event of another
   * history.
   */
  expectConsistent({ accepted, unanswered }: Published): void {
    // One publish that became two events would have two ids.
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
