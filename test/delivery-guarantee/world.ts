import type { LogEvent, ReadRange, ReadResult } from '../../src/log/event-log.ts'
import type { EpochStart, History } from '../../src/log/history.ts'
import { ancestorAt, leadsThrough, placesBetween, type Place } from './event-tree.ts'

/** The content of a channel's log at one moment. */
export interface State {
  /** The end of the present line. */
  readonly tip: Place
  /** Offset of the oldest event that is kept, or the one after the tip's. */
  readonly oldest: number
  /** The epochs that the log remembers. */
  readonly chain: readonly EpochStart[]
  /** The incarnations that it remembers for this channel, the newest first. */
  readonly incarnations: readonly string[]
}

/** The epoch and first offset that a log gives to accepted events. */
interface Where {
  readonly epoch: string
  readonly first: number
}

/**
 * Whether a position is the name that the log gives this place: the position at which the event was accepted,
 * unless its epoch is forgotten.
 */
export function isNamed(place: Place, position: string, state: State): boolean {
  return position === place.name || !remembers(state, place.name.slice(0, 8))
}

/** Whether the log knows this epoch or incarnation. */
export function remembers({ chain, incarnations }: State, name: string): boolean {
  return incarnations.includes(name) || chain.some(({ epoch }) => epoch === name)
}

/**
 * The model of one channel: every event ever accepted, and what became of it. The model gives out positions
 * as a log does, and notes at once which place a position means; it never derives the meaning from the text.
 */
export class World {
  #states: State[]
  /** Earlier states that a replica or a snapshot may still hold. */
  #past: State[]
  #incarnations: readonly string[]
  readonly #places = new Map<string, Place>()
  #mustOpenEpoch = true
  #names = 0
  #accepted = 0

  readonly #maxChain: number

  /** `incarnations` are those of the log, the newest first; `maxChain` is how many epochs it remembers. */
  constructor(incarnations: readonly string[] = ['life0000'], maxChain = 1_000) {
    this.#incarnations = incarnations
    this.#maxChain = maxChain
    const state = this.#unwritten()
    this.#states = [state]
    this.#past = [state]
  }

  /** An independent copy, which may change in another way. */
  copy(): World {
    const copy = new World(this.#incarnations, this.#maxChain)
    copy.#states = [...this.#states]
    copy.#past = [...this.#past]
    copy.#mustOpenEpoch = this.#mustOpenEpoch
    copy.#names = this.#names
    copy.#accepted = this.#accepted
    copy.#places.clear()
    for (const [name, place] of this.#places) copy.#places.set(name, place)
    return copy
  }

  get state(): State {
    return this.#states.at(-1)!
  }

  /** The states since `settle`, any of which a pod may tell clients; the present one last. */
  get states(): readonly State[] {
    return this.#states
  }

  /** The part of `states` from the first one that contains this place. */
  statesSince(place: Place): readonly State[] {
    const first = this.#states.findIndex(({ tip }) => leadsThrough(tip, place))
    return this.#states.slice(Math.max(first, 0))
  }

  /** The number of changes that a fail-over can undo. */
  get undoable(): number {
    return this.#past.length - 1
  }

  /** Every position that was ever given out. */
  get positions(): Iterable<string> {
    return this.#places.keys()
  }

  /** The place that a position named when it was given out; undefined if it never was. */
  placeOf(position: string): Place | undefined {
    return this.#places.get(position)
  }

  get history(): History {
    const { chain, incarnations, oldest, tip } = this.state
    return { chain, incarnations, oldest, top: tip.offset }
  }

  /** Events after an offset that are kept, oldest first. */
  eventsAfter(offset: number): readonly Place[] {
    const { tip, oldest } = this.state
    const start = ancestorAt(tip, Math.min(Math.max(offset, oldest - 1), tip.offset))!
    return placesBetween(start, tip)!
  }

  read({ after, maxEvents }: Pick<ReadRange, 'after' | 'maxEvents'>): ReadResult {
    const events = this.eventsAfter(after).slice(0, maxEvents).map(eventOf)
    return { history: this.history, events }
  }

  /**
   * Accepts events: the given data, or so many with unique data. `where` is the answer of a real log, which
   * chooses epoch and offsets by itself.
   */
  append(events: number | readonly string[], where: Where = this.#next()): void {
    const { epoch, first } = where
    let state = this.#opened(epoch)
    const top = state.tip.offset
    if (first !== top + 1) throw new Error(`offset ${first} is given out after ${top}`)
    for (const data of typeof events === 'number' ? this.newData(events) : events) {
      const { tip } = state
      const name = `${epoch}-${tip.offset + 1}`
      const place = { previous: tip, offset: tip.offset + 1, name, data }
      this.#giveOut(name, place)
      state = { ...state, tip: place }
    }
    this.#push(state)
  }

  /** Data that no other event of this world has. */
  newData(count: number): readonly string[] {
    return Array.from({ length: count }, () => `event ${++this.#accepted}`)
  }

  /** A position check may begin an epoch that has no event. */
  openEpoch(epoch = this.#newName('e')): void {
    this.#push(this.#opened(epoch))
  }

  /** Removes the oldest events, at most all. */
  trim(count: number): void {
    const { oldest, tip } = this.state
    this.#push({ ...this.state, oldest: Math.min(oldest + count, tip.offset + 1) })
  }

  /** A server without the last changes takes over. */
  failOver(lost: number): void {
    this.#past = this.#past.slice(0, Math.max(1, this.#past.length - lost))
    const state = this.#past.at(-1)!
    this.#states.push(state.chain.length > 0 ? state : this.#unwritten(state.tip))
    this.#mustOpenEpoch = true
  }

  /** All events and epochs are gone, and the log begins a new incarnation. */
  flush(incarnation = this.#newName('l')): void {
    this.#incarnations = [incarnation]
    const state = this.#unwritten()
    this.#states.push(state)
    this.#past = [state]
    this.#mustOpenEpoch = true
  }

  rotateIncarnations(incarnation = this.#newName('l')): void {
    this.#incarnations = [incarnation, ...this.#incarnations.slice(0, 1)]
    if (this.state.chain.length === 0) this.#states.push(this.#unwritten(this.state.tip))
  }

  /** The chain is cut at its old end, but for its newest epoch. */
  forgetEpochs(count: number): void {
    const { chain } = this.state
    this.#push({
      ...this.state,
      chain: chain.slice(Math.min(count, Math.max(0, chain.length - 1))),
    })
  }

  /** All clients have read to the end, so that only the present state may be told from here on. */
  settle(): void {
    this.#states = this.#states.slice(-1)
  }

  #push(state: State): void {
    this.#states.push(state)
    this.#past.push(state)
  }

  #unwritten(known?: Place): State {
    const name = `${this.#incarnations[0]}-0`
    const tip = known ?? { previous: undefined, offset: 0, name, data: '' }
    for (const incarnation of this.#incarnations) this.#giveOut(`${incarnation}-0`, tip)
    return { tip, oldest: 1, chain: [], incarnations: this.#incarnations }
  }

  #next(): Where {
    const newest = this.#mustOpenEpoch ? undefined : this.state.chain.at(-1)
    return { epoch: newest?.epoch ?? this.#newName('e'), first: this.state.tip.offset + 1 }
  }

  #opened(epoch: string): State {
    const { state } = this
    this.#mustOpenEpoch = false
    if (state.chain.at(-1)?.epoch === epoch) return state
    // Once the chain is cut before it, this epoch names all that it continues.
    for (let place: Place | undefined = state.tip; place; place = place.previous) {
      this.#giveOut(`${epoch}-${place.offset}`, place)
    }
    const chain = [...state.chain, { epoch, first: state.tip.offset + 1 }]
    return { ...state, chain: chain.slice(-this.#maxChain) }
  }

  #giveOut(name: string, place: Place): void {
    const known = this.#places.get(name)
    if (known !== undefined && known !== place) throw new Error(`${name} is given a second meaning`)
    this.#places.set(name, place)
  }

  /** Eight characters, as epochs and incarnations have. */
  #newName(kind: 'e' | 'l'): string {
    return kind + String(this.#names++).padStart(7, '0')
  }
}

function eventOf({ offset, data }: Place): LogEvent {
  return { offset, name: 'message', data, time: offset * 1_000 }
}
