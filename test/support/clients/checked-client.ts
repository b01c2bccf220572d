import { isDeepStrictEqual } from 'node:util'
import { createParser } from 'eventsource-parser'
import { NO_POSITION } from '../../../src/wire/cursor.ts'
import type { Envelope } from '../../../src/schema/envelope.ts'
import type { Gap, Open } from '../../../src/schema/system-events.ts'
import { BlockSplitter, hasData } from './block-splitter.ts'
import { offsetOf, type EventLedger } from '../event-ledger.ts'

/** An event as a poll has it. */
export interface ToldEvent {
  readonly id: string
  readonly channel: string
  readonly event: string
  readonly data: string
}

export interface Answer {
  readonly gaps: readonly Gap[]
  readonly events: readonly ToldEvent[]
  readonly cursor: string
}

/**
 * A client whose events and gaps are checked against the ledger: each event follows the one before it in the
 * log unless a gap moved the client, and each gap is true. So no event is lost silently, repeated or
 * reordered as long as the client ends at the top. Parses with `eventsource-parser`, so that a fault of the
 * project's own decoder cannot hide one of the service.
 */
export class CheckedClient {
  /** The cursor that it would send back now. */
  cursor: string | undefined
  /** The cursor at which its first connect began. */
  start: string | undefined
  readonly events: ToldEvent[] = []
  readonly gaps: Gap[] = []
  /** The `runnel.*` events besides gaps. */
  readonly system: { readonly event: string; readonly data: string }[] = []
  readonly #ledger: EventLedger
  readonly #channels: readonly string[]
  readonly #seen = new Set<string>()

  /** The channels stand in the order of `channelOrder`. */
  constructor(ledger: EventLedger, channels: readonly string[]) {
    this.#ledger = ledger
    this.#channels = channels
  }

  /** Begins a stream, and returns a function that takes its bytes in pieces of any size. */
  connect(): (bytes: Uint8Array) => void {
    const asked = this.cursor
    const gapsBefore = this.gaps.length
    let isOpen = false
    const onEvent = (id: string, event: string, data: string): void => {
      if (event === 'runnel.gap') {
        this.#takeGap(id, JSON.parse(data) as Gap)
      } else if (event.startsWith('runnel.')) {
        this.system.push({ event, data })
        if (id !== '') {
          // It repeats the client's cursor, or is the start of a first connect.
          expectEqual({ isOpen, id }, { isOpen: false, id: this.cursor ?? id })
          this.cursor = id
          if (id !== NO_POSITION) this.start ??= id
        }
        if (event !== 'runnel.open') return
        isOpen = true
        const { cursor, resumed } = JSON.parse(data) as Open
        expectEqual(id, cursor)
        expectEqual(resumed, asked !== undefined && this.gaps.length === gapsBefore)
      } else {
        expectEqual(isOpen, true)
        this.#takeEvent(this.#unwrap(id, event, data))
      }
    }
    const parser = createParser({
      onEvent: ({ id, event = 'message', data }) => onEvent(id ?? '', event, data),
    })
    const blocks = new BlockSplitter()
    const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
    return (bytes) => {
      const text = utf8.decode(bytes, { stream: true })
      for (const block of blocks.push(text))
        expectEqual({ block, hasData: hasData(block) }, { block, hasData: true })
      parser.feed(text)
    }
  }

  /** Takes in the answer of a poll, or its first events: one at least if there are gaps and events. */
  takeAnswer({ gaps, events, cursor }: Answer, count = events.length): void {
    const ends = cursor.split('.')
    const starts = this.#channels.map((channel, index) => {
      const first = events.find((event) => event.channel === channel)
      if (first === undefined) return ends[index]!
      return this.#ledger.entry(first.id.split('.')[index]!).previous
    })
    this.cursor ??= starts.join('.')
    this.start ??= this.cursor
    for (const [number, gap] of gaps.entries()) {
      if (gap.channel === null) {
        this.#takeGap(starts.join('.'), gap)
        continue
      }
      const index = this.#channels.indexOf(gap.channel)
      const next = gaps.slice(number + 1).find(({ channel }) => channel === gap.channel)
      // A gap leads to the beginning of the next one; the last one leads to the events behind it.
      const end = next?.from ? this.#ledger.entry(next.from).previous : starts[index]!
      this.#takeGap(this.#places().with(index, end).join('.'), gap)
    }
    for (const event of events.slice(0, count)) this.#takeEvent(event)
    if (count < events.length) return
    this.#expectSame(ends)
    this.cursor = cursor
  }

  /** Whether the client is right after these positions, one for each channel. */
  isAt(tops: readonly string[]): boolean {
    if (this.cursor === undefined || this.cursor === NO_POSITION) return false
    return this.#places().every((place, index) => this.#ledger.isSamePlace(place, tops[index]!))
  }

  #places(): string[] {
    return (this.cursor ?? '').split('.')
  }

  #takeEvent(told: ToldEvent): void {
    const { id, channel, event, data } = told
    const index = this.#channels.indexOf(channel)
    const position = id.split('.')[index] ?? ''
    const { previous, ...truth } = this.#ledger.entry(position)
    expectEqual({ channel, event, data }, truth)
    this.#expectSame(id.split('.').with(index, previous))
    // A client may get an event again only if a fail-over lost it and a gap has said so.
    if (this.#seen.has(position) && !this.#ledger.wasLost(position)) {
      throw new Error(`event ${position} is told twice`)
    }
    this.#seen.add(position)
    this.events.push(told)
    this.cursor = id
  }

  #takeGap(id: string, gap: Gap): void {
    if (this.cursor === NO_POSITION) {
      // All events up to its present cursor may have come while it was sent away.
      expectEqual(gap, { channel: null, reason: 'unknown-cursor', ...NO_BOUNDS })
      this.gaps.push(gap)
      this.cursor = id
      this.start ??= id
      return
    }
    const index = this.#channels.indexOf(gap.channel ?? '')
    const from = this.#places()[index] ?? ''
    const to = id.split('.')[index] ?? ''
    this.#expectSame(id.split('.').with(index, from))
    this.#checkGap(gap, from, to)
    this.gaps.push(gap)
    this.cursor = id
  }

  #checkGap({ reason, ...bounds }: Gap, from: string, to: string): void {
    const { channel } = bounds
    const ledger = this.#ledger
    switch (reason) {
      case 'trimmed': {
        const missing = ledger.between(from, to) ?? []
        expectEqual(bounds, { channel, ...boundsOf(missing) })
        expectEqual(missing.length > 0 && missing.every((at) => ledger.wasTrimmed(at)), true)
        return
      }
      case 'diverged': {
        const fork = ledger.entry(bounds.from ?? '').previous
        const missing = ledger.between(fork, from) ?? []
        expectEqual(bounds, { channel, ...boundsOf(missing) })
        expectEqual(missing.length > 0 && missing.every((at) => ledger.wasLost(at)), true)
        // The bounds of this gap hold no event that was accepted after the fork, even if it was trimmed.
        expectEqual({ to, isFork: ledger.isSamePlace(to, fork) }, { to, isFork: true })
        return
      }
      case 'ahead': {
        expectEqual(bounds, { channel, ...NO_BOUNDS })
        const missing = ledger.between(to, from) ?? []
        expectEqual(missing.length > 0 && missing.every((at) => ledger.wasLost(at)), true)
        return
      }
      case 'epoch-lost':
        expectEqual(bounds, { channel, ...NO_BOUNDS })
        expectEqual({ from, isLost: ledger.wasLost(from) }, { from, isLost: true })
        this.#expectFirstKept(to)
        // The service cannot know the events that a client of a lost epoch has, so it sends all kept ones.
        for (const position of this.#seen) {
          if (ledger.entry(position).channel === channel) this.#seen.delete(position)
        }
        return
      case 'unknown-cursor':
        throw new Error(`cursor ${this.cursor} is ours, got a gap that says it is not`)
    }
  }

  /** Only trimmed events may be missing before the position where the client goes on. */
  #expectFirstKept(to: string): void {
    let at = to
    while (offsetOf(at) > 0) {
      expectEqual({ at, wasTrimmed: this.#ledger.wasTrimmed(at) }, { at, wasTrimmed: true })
      at = this.#ledger.entry(at).previous
    }
  }

  #expectSame(places: readonly string[]): void {
    if (!this.isAt(places))
      throw new Error(`expected to stand at ${this.cursor}, got ${places.join('.')}`)
  }

  /** Streams of one channel carry the data as it is, those of several an envelope. */
  #unwrap(id: string, event: string, data: string): ToldEvent {
    const [channel] = this.#channels
    if (this.#channels.length === 1) return { id, channel: channel!, event, data }
    const told = JSON.parse(data) as Envelope
    const place = id.split('.')[this.#channels.indexOf(told.channel)]
    expectEqual({ event: told.event, position: told.position }, { event, position: place })
    return { id, channel: told.channel, event, data: told.data }
  }
}

const NO_BOUNDS = { from: null, to: null, missed: null }

/** The bounds of missing positions, which are ordered from the newest. */
function boundsOf(missing: readonly string[]): Omit<Gap, 'channel' | 'reason'> {
  return { from: missing.at(-1) ?? null, to: missing[0] ?? null, missed: missing.length }
}

function expectEqual(actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return
  throw new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`)
}
