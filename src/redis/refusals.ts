/** How often the reason of refusals is told at most, in ms: a server may refuse every request. */
const TELL_INTERVAL = 10_000
/** How long a refusal is shown after it, in ms. */
const SHOWN_FOR = 60_000

/**
 * What servers that answer have refused: rights that are missing, replicas that are too few, slots that are
 * elsewhere. Neither the connection nor a ping shows it.
 */
export class Refusals {
  readonly #tell: (reason: string) => void
  #last: string | undefined
  #at = Number.NEGATIVE_INFINITY
  #toldAt = Number.NEGATIVE_INFINITY

  constructor(tell: (reason: string) => void) {
    this.#tell = tell
  }

  /** The newest, for people; undefined once it is a while ago. */
  get last(): string | undefined {
    return performance.now() - this.#at < SHOWN_FOR ? this.#last : undefined
  }

  /** Takes what a command has failed with, whatever it is. */
  note(error: unknown): void {
    if (!(error instanceof Error) || error.name !== 'ReplyError') return
    const now = performance.now()
    this.#last = error.message
    this.#at = now
    if (now - this.#toldAt < TELL_INTERVAL) return
    this.#toldAt = now
    this.#tell(error.message)
  }
}
