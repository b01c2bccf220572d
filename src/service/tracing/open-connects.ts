import type { SpanIds } from '../../wire/trace-context.ts'
import type { ConnectSpan } from './connect-span.ts'

/** Time after `runnel.open` at which a trace ends although its stream is still behind, in ms. */
const MAX_REPLAY = 5_000

/** The traces of openings that have not ended, with one timer for all. */
export class OpenConnects {
  readonly #connects = new Map<string, ConnectSpan>()
  /** Those whose streams have got `runnel.open`, in this order, which is also that of their ends. */
  readonly #opened = new Set<ConnectSpan>()
  #timer: NodeJS.Timeout | undefined

  get size(): number {
    return this.#connects.size
  }

  add(connect: ConnectSpan): void {
    this.#connects.set(connect.span.spanId, connect)
  }

  find(span: SpanIds | undefined): ConnectSpan | undefined {
    return span === undefined ? undefined : this.#connects.get(span.spanId)
  }

  opened(connect: ConnectSpan): void {
    this.#opened.add(connect)
    this.#schedule()
  }

  ended(connect: ConnectSpan): void {
    this.#connects.delete(connect.span.spanId)
    this.#opened.delete(connect)
    if (this.#opened.size > 0) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** Ends all traces. */
  close(): void {
    for (const connect of this.#connects.values()) connect.endEarly()
  }

  #schedule(): void {
    const [oldest] = this.#opened
    if (oldest?.openedAt === undefined || this.#timer !== undefined) return
    const wait = oldest.openedAt + MAX_REPLAY - performance.now()
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#endOverdue()
      this.#schedule()
    }, wait).unref()
  }

  #endOverdue(): void {
    const due = performance.now() - MAX_REPLAY
    for (const connect of this.#opened) {
      // Timers may run a fraction of a millisecond early.
      if (connect.openedAt! > due + 1) return
      connect.endEarly()
    }
  }
}
