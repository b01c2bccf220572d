import type { LogEvent } from '../log/event-log.ts'
import type { Position } from '../wire/position.ts'
import type { Page } from './page.ts'
import type { PageOptions } from './page-cache.ts'
import type { Tail } from './tail.ts'

/** The generation of a reader that has not been placed in the tail's history yet. */
export const NO_GENERATION = -1

/** How far a reader has come in one channel, and the page that it reads from while it is behind. */
export class ChannelProgress {
  readonly tail: Tail
  /** Offset of the last event that the reader is past. */
  after = 0
  /** The tail's generation to which `after` belongs. */
  generation = NO_GENERATION
  /** The position that the client has sent, kept until the reader moves. */
  clientPosition: Position | undefined
  #page: Page | undefined

  constructor(tail: Tail, clientPosition?: Position) {
    this.tail = tail
    this.clientPosition = clientPosition
  }

  static at(tail: Tail, after: number, generation: number): ChannelProgress {
    const progress = new ChannelProgress(tail)
    progress.after = after
    progress.generation = generation
    return progress
  }

  get position(): Position {
    const { tail, after: offset, generation } = this
    return this.clientPosition ?? { epoch: tail.epochAt(offset, generation), offset }
  }

  /** Whether the history has not forked since the reader was placed in it. */
  get isCurrent(): boolean {
    return this.generation === this.tail.generation
  }

  /** The event after `after`; undefined if it is not in memory. */
  get nextEvent(): LogEvent | undefined {
    const { tail, after } = this
    return tail.covers(after) ? tail.eventAt(after + 1) : this.#page?.eventAt(after + 1)
  }

  /** Whether the event after this offset is in memory, or there is none yet. */
  isLoaded(after = this.after): boolean {
    return this.tail.covers(after) || this.#page?.covers(after) === true
  }

  /** Reads the page with the event after this offset, where there is memory for it. */
  async loadPage(after: number, options: Required<PageOptions>): Promise<void> {
    this.#hold(await this.tail.pages.acquire(after, options))
    if (!options.isWanted()) this.releasePage()
  }

  /** Takes the page with the event after this offset if it was read already. Returns whether the event is in memory. */
  findPage(after: number): boolean {
    if (!this.isLoaded(after)) this.#hold(this.tail.pages.find(after))
    return this.isLoaded(after)
  }

  /** Goes on after this offset. */
  skipTo(after: number): void {
    if (after === this.after) return
    this.after = after
    this.clientPosition = undefined
    this.releaseReadPage()
  }

  /** Releases the page once the reader is through with it, or finds the next event in the tail. */
  releaseReadPage(): void {
    if (this.tail.covers(this.after) || this.#page?.covers(this.after) === false) this.releasePage()
  }

  #hold(page: Page | undefined): void {
    if (page === undefined) return
    this.releasePage()
    this.#page = page
  }

  releasePage(): void {
    if (this.#page !== undefined) this.tail.pages.release(this.#page)
    this.#page = undefined
  }
}
