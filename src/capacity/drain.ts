import { stagger } from './stagger.ts'

/** A stream that can be closed with a request to reconnect. */
export interface Drainable {
  close(reason: 'drain' | 'shed'): void
}

export interface DrainOptions {
  /** The open streams, read when closing begins. */
  readonly streams: () => Iterable<Drainable>
  /** Time in ms over which the streams of a drain are closed. */
  readonly window: () => number
}

/** Closes streams on purpose: all of them when the process leaves, some of them to shed load. */
export class Drain {
  /** Called once when draining begins, so that held polls are answered. */
  readonly listeners = new Set<() => void>()
  readonly #options: DrainOptions
  readonly #hurry = new AbortController()
  #draining: Promise<void> | undefined

  constructor(options: DrainOptions) {
    this.#options = options
  }

  get isDraining(): boolean {
    return this.#draining !== undefined
  }

  /**
   * Begins to refuse new streams and close open ones. Resolves when all are closed; a second call joins the
   * first.
   */
  async begin(): Promise<void> {
    this.#draining ??= this.#drain()
    await this.#draining
  }

  /** Asks `count` random streams to move, over `over` ms. */
  async shed(count: number, over: number): Promise<void> {
    const streams = pick([...this.#options.streams()], count)
    await stagger(streams, over, (stream) => stream.close('shed'), this.#hurry.signal)
  }

  /** Closes at once the streams that still wait for their turn. */
  hurry(): void {
    this.#hurry.abort()
  }

  async #drain(): Promise<void> {
    for (const listener of this.listeners) listener()
    const { streams, window } = this.#options
    await stagger(streams(), window(), (stream) => stream.close('drain'), this.#hurry.signal)
  }
}

function pick<T>(items: T[], count: number): T[] {
  for (let index = 0; index < Math.min(count, items.length); index++) {
    const other = index + Math.floor(Math.random() * (items.length - index))
    ;[items[index], items[other]] = [items[other]!, items[index]!]
  }
  return items.slice(0, count)
}
