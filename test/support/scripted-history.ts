import type { LogEvent, NewEvent, ReadRange, ReadResult } from '../../src/log/event-log.ts'
import { positionAt, type EpochStart, type History } from '../../src/log/history.ts'
import { EventLedger } from './event-ledger.ts'

/** One channel at one moment. */
interface Line {
  readonly chain: readonly EpochStart[]
  readonly incarnations: readonly string[]
  /** Fail-overs before its newest epoch began. */
  readonly fence: number
  /** All events, trimmed ones included. */
  readonly events: readonly LogEvent[]
  readonly oldest: number
}

/** All channels at one moment. It is never changed in place, so that a fail-over can go back to it. */
interface State {
  readonly incarnation: string
  readonly lines: ReadonlyMap<string, Line>
}

/** One append, as followers get it. */
export interface Notification {
  readonly channel: string
  readonly epoch: string
  readonly events: readonly LogEvent[]
}

/**
 * The server side of a log, controlled by the script of a test. Each call takes effect at once; connections are
 * notified of appends only.
 */
export class ScriptedHistory {
  readonly ledger = new EventLedger()
  readonly connections = new Set<{ hear(notification: Notification): void }>()
  #state: State = { incarnation: 'life0001', lines: new Map() }
  /** The states before each write, for fail-overs. */
  readonly #past: State[] = []
  #fence = 0
  #names = 1

  append(channel: string, events: readonly NewEvent[]): { epoch: string; first: number } {
    const line = this.#line(channel)
    const top = line.events.length
    const isNewEpoch = line.chain.length === 0 || line.fence !== this.#fence
    const epoch = isNewEpoch ? this.#name('ep') : line.chain.at(-1)!.epoch
    const added = events.map((event, index): LogEvent => {
      const offset = top + 1 + index
      return { ...event, offset, time: offset * 1_000 }
    })
    const written = {
      ...line,
      chain: isNewEpoch ? [...line.chain, { epoch, first: top + 1 }] : line.chain,
      fence: this.#fence,
      events: [...line.events, ...added],
    }
    let previous = positionOf(line, top)
    for (const { offset, name, data } of added) {
      const position = positionOf(written, offset)
      this.ledger.add(position, { channel, event: name, data, previous })
      previous = position
    }
    this.#commit(channel, written)
    for (const connection of this.connections) connection.hear({ channel, epoch, events: added })
    return { epoch, first: top + 1 }
  }

  /** Appends events of the default name and returns their positions. */
  publish(channel: string, ...data: readonly string[]): readonly string[] {
    const { first } = this.append(
      channel,
      data.map((text) => ({ name: 'message', data: text })),
    )
    return data.map((_, index) => positionOf(this.#line(channel), first + index))
  }

  read(channel: string, { after, maxEvents, maxBytes }: ReadRange): ReadResult {
    const line = this.#line(channel)
    const events: LogEvent[] = []
    let bytes = 0
    for (const event of line.events.slice(Math.max(after, line.oldest - 1))) {
      bytes += Buffer.byteLength(event.name) + Buffer.byteLength(event.data)
      if (events.length >= maxEvents || (events.length > 0 && bytes > maxBytes)) break
      events.push(event)
    }
    return { history: historyOf(line), events }
  }

  /** Removes the oldest events of a channel, at most all. */
  trim(channel: string, count: number): void {
    const line = this.#line(channel)
    const oldest = Math.min(line.oldest + count, line.events.length + 1)
    if (oldest === line.oldest) return
    for (let offset = line.oldest; offset < oldest; offset++) {
      this.ledger.trim(positionOf(line, offset))
    }
    this.#commit(channel, { ...line, oldest })
  }

  /**
   * A replica that lacks the last writes takes over. Each channel opens a new epoch with its next
   * append, whether it lost anything or not.
   */
  failOver(lostWrites: number): void {
    const { lines } = this.#state
    for (let lost = 0; lost < lostWrites; lost++) this.#state = this.#past.pop() ?? this.#state
    this.#fence++
    for (const [channel, line] of lines) this.#loseAllBut(line, this.#state.lines.get(channel))
  }

  /** All channels are gone, and the log begins a new incarnation. */
  flush(): void {
    for (const line of this.#state.lines.values()) this.#loseAllBut(line, undefined)
    this.ledger.lose(`${this.#state.incarnation}-0`)
    this.#past.length = 0
    this.#fence++
    this.#state = { incarnation: this.#name('life'), lines: new Map() }
  }

  /** The position after the newest event. */
  top(channel: string): string {
    const line = this.#line(channel)
    return positionOf(line, line.events.length)
  }

  #line(channel: string): Line {
    const { incarnation, lines } = this.#state
    const unwritten = {
      chain: [],
      incarnations: [incarnation],
      fence: this.#fence,
      events: [],
      oldest: 1,
    }
    return lines.get(channel) ?? unwritten
  }

  #commit(channel: string, line: Line): void {
    this.#past.push(this.#state)
    this.#state = { ...this.#state, lines: new Map(this.#state.lines).set(channel, line) }
  }

  #loseAllBut(line: Line, kept: Line | undefined): void {
    for (let offset = line.events.length; offset > (kept?.events.length ?? 0); offset--) {
      this.ledger.lose(positionOf(line, offset))
    }
    if (kept === undefined) this.ledger.lose(positionOf(line, 0))
  }

  /** Eight characters, as epochs and incarnations have. */
  #name(kind: 'ep' | 'life'): string {
    return kind + String(this.#names++).padStart(8 - kind.length, '0')
  }
}

function historyOf({ chain, incarnations, oldest, events }: Line): History {
  return { chain, incarnations, oldest, top: events.length }
}

function positionOf(line: Line, offset: number): string {
  return positionAt(historyOf(line), offset)
}
