import type { CommandIo } from '../command.ts'

const UNCONFIRMED =
  'runnel publish: accepted, but no replica of the log has confirmed it in time (status 202): a fail-over may lose it\n'

/** Writes which events no replica has confirmed, to standard error. */
export class UnconfirmedLines {
  readonly #io: Pick<CommandIo, 'writeError'>
  #count = 0

  constructor(io: Pick<CommandIo, 'writeError'>) {
    this.#io = io
  }

  /** Writes a line at the first events. */
  published(events: number): void {
    if (this.#count === 0) this.#io.writeError(UNCONFIRMED)
    this.#count += events
  }

  /** Writes how many there were, of all that were published in several requests. */
  end(all: number): void {
    if (this.#count === 0) return
    this.#io.writeError(`runnel publish: ${this.#count} of ${all} events were not confirmed\n`)
  }
}
