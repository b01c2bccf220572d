import { parsePosition } from '../../src/wire/position.ts'

/** An event that was once accepted, whether it is still kept or not. */
export interface LedgerEntry {
  readonly channel: string
  readonly event: string
  readonly data: string
  /** The position right before the event. */
  readonly previous: string
}

/**
 * All accepted events by their positions, with the position that each one followed, and whether it was trimmed or
 * lost. Tests check against it what clients receive. A position never gets another meaning, so entries stay.
 */
export class EventLedger {
  readonly #entries = new Map<string, LedgerEntry>()
  readonly #trimmed = new Set<string>()
  readonly #lost = new Set<string>()

  add(position: string, entry: LedgerEntry): void {
    if (this.#entries.has(position)) throw new Error(`position ${position} is given out twice`)
    this.#entries.set(position, entry)
  }

  /** The event left its channel's history at the old end. */
  trim(position: string): void {
    this.#trimmed.add(position)
  }

  /** The event, or a position without one, is part of no present history. */
  lose(position: string): void {
    this.#lost.add(position)
    // A process that has the first event of an epoch names the position before it by that epoch.
    const previous = this.#entries.get(position)?.previous
    if (previous !== undefined && offsetOf(previous) === 0) this.#lost.add(previous)
  }

  entry(position: string): LedgerEntry {
    const entry = this.#entries.get(position)
    if (entry === undefined) throw new Error(`no event was ever accepted at ${position}`)
    return entry
  }

  /** Whether the event was ever trimmed; a fail-over may have brought it back. */
  wasTrimmed(position: string): boolean {
    return this.#trimmed.has(position)
  }

  wasLost(position: string): boolean {
    return this.#lost.has(position) || this.#lost.has(this.#origin(position))
  }

  /** Whether both positions stand between the same two events. */
  isSamePlace(a: string, b: string): boolean {
    return a === b || this.#origin(a) === this.#origin(b)
  }

  /** The positions after `from` up to `to`, newest first; undefined unless both are on one line. */
  between(from: string, to: string): readonly string[] | undefined {
    const positions: string[] = []
    let at = to
    while (!this.isSamePlace(at, from)) {
      if (offsetOf(at) === 0) return undefined
      positions.push(at)
      at = this.entry(at).previous
    }
    return positions
  }

  /** Offset 0 has two names: the epoch's, and that of the incarnation in which the epoch began. */
  #origin(position: string): string {
    if (offsetOf(position) > 0) return position
    return this.#entries.get(position.replace(/0$/, '1'))?.previous ?? position
  }
}

export function offsetOf(position: string): number {
  const parsed = parsePosition(position)
  if (parsed === undefined) throw new Error(`expected a position, got ${position}`)
  return parsed.offset
}
