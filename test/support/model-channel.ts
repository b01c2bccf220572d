import * as fc from 'fast-check'
import {
  positionAt,
  type EpochStart,
  type History,
  type Resumption,
} from '../../src/log/history.ts'
import { parsePosition, type Position } from '../../src/wire/position.ts'

/** Something that happens to a channel or to a client of it. */
export const modelStep = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('append'), count: fc.integer({ min: 1, max: 5 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('trim'), count: fc.integer({ min: 1, max: 5 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('fail over'), statesLost: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('flush') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('rotate lives') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('prime'), depth: fc.nat(8) }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('deliver'), count: fc.nat(4) }),
  },
)

/** Equal positions may name different events after a fail-over; the objects tell them apart. */
interface ModelEvent {
  readonly position: string
}

export interface ModelClient {
  readonly position: string
  /** Every event of the line that it was given or told to be missing, from offset 1 on. */
  readonly knows: readonly ModelEvent[]
  /** Number of flushes before its position was given out. */
  readonly flushes: number
}

/** What one server holds of the channel. Never changed in place, so that a replica can lag behind. */
interface State {
  readonly line: readonly ModelEvent[]
  readonly chain: readonly EpochStart[]
  readonly origins: readonly string[]
  readonly oldest: number
}

const EMPTY: State = { line: [], chain: [], origins: [], oldest: 1 }

/** A channel as it truly is. It judges by the identity of events, not by epochs. */
export class ModelChannel {
  #states: State[] = [EMPTY]
  #lives = ['00000000']
  #names = 0
  #flushes = 0
  #mustOpenEpoch = true

  get line(): readonly ModelEvent[] {
    return this.#state.line
  }

  get history(): History {
    const { chain, origins, oldest, line } = this.#state
    return { chain, origins: chain.length === 0 ? this.#lives : origins, oldest, top: line.length }
  }

  get #state(): State {
    return this.#states.at(-1) ?? EMPTY
  }

  append(count: number): void {
    const { line, chain, origins, oldest } = this.#state
    const isFirst = chain.length === 0
    const opened =
      isFirst || this.#mustOpenEpoch
        ? [...chain, { epoch: this.#newName(), first: line.length + 1 }]
        : chain
    this.#mustOpenEpoch = false
    const epoch = opened.at(-1)?.epoch
    const added = Array.from({ length: count }, (_, index) => ({
      position: `${epoch}-${line.length + 1 + index}`,
    }))
    this.#states.push({
      line: [...line, ...added],
      chain: opened,
      origins: isFirst ? this.#lives : origins,
      oldest,
    })
  }

  trim(count: number): void {
    const oldest = Math.min(this.#state.oldest + count, this.line.length + 1)
    this.#states.push({ ...this.#state, oldest })
  }

  /** A replica takes over that has not heard of the last so many changes. */
  failOver(statesLost: number): void {
    this.#states = this.#states.slice(0, Math.max(1, this.#states.length - statesLost))
    this.#mustOpenEpoch = true
  }

  flush(): void {
    this.#states = [EMPTY]
    this.#lives = [this.#newName()]
    this.#flushes++
  }

  rotateLives(): void {
    this.#lives = [this.#newName(), ...this.#lives.slice(0, 1)]
  }

  /** A client that starts so many events below the top. */
  prime(depth: number): ModelClient {
    const offset = Math.max(this.line.length - depth, this.#state.oldest - 1)
    return {
      position: positionAt(this.history, offset),
      knows: this.line.slice(0, offset),
      flushes: this.#flushes,
    }
  }

  /** Where the client must go on, and what it must be told. */
  judge({ position, knows, flushes }: ModelClient): Resumption {
    const { line } = this
    const { chain, origins, oldest } = this.history
    const known = knows.length
    const shared = knows.findIndex((event, index) => event !== line[index])
    const lost = { after: oldest - 1, gap: { reason: 'epoch-lost', ...NO_BOUNDS } } as const
    if (flushes !== this.#flushes) return lost
    if (known === 0) {
      const { epoch } = parse(position)
      if (!origins.includes(epoch) && chain[0]?.epoch !== epoch) return lost
    }
    if (shared !== -1) {
      const { epoch } = parse(position)
      if (!line.slice(0, shared).some((event) => parse(event.position).epoch === epoch)) return lost
      if (shared === line.length) {
        return { after: shared, gap: { reason: 'ahead', ...NO_BOUNDS } }
      }
      return {
        after: Math.max(shared, oldest - 1),
        gap: {
          reason: 'diverged',
          from: knows[shared]?.position ?? null,
          to: position,
          missed: known - shared,
        },
      }
    }
    if (known >= oldest - 1) return { after: known }
    const missing = line.slice(known, oldest - 1)
    return {
      after: oldest - 1,
      gap: {
        reason: 'trimmed',
        from: missing[0]?.position ?? null,
        to: missing.at(-1)?.position ?? null,
        missed: missing.length,
      },
    }
  }

  /** The client is told what it is due, and takes so many of the events that follow. */
  deliver(client: ModelClient, count: number): ModelClient {
    const { after, gap } = this.judge(client)
    if (gap === undefined && (count === 0 || after === this.line.length)) return client
    const knows = this.line.slice(0, after + count)
    const last = knows.length > after ? knows.at(-1) : undefined
    return {
      position: last?.position ?? positionAt(this.history, after),
      knows,
      flushes: this.#flushes,
    }
  }

  #newName(): string {
    return String(++this.#names).padStart(8, '0')
  }
}

const NO_BOUNDS = { from: null, to: null, missed: null } as const

function parse(text: string): Position {
  const position = parsePosition(text)
  if (position === undefined) throw new Error(`expected a position, got ${text}`)
  return position
}
