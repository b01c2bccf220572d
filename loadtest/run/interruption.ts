import { constants } from 'node:os'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** The user, or whoever runs the command, wants it to end. */
export class Interruption extends Error {
  /** Of the process, as shells count it: 130 or 143. */
  readonly exitCode: number

  constructor(name: (typeof SIGNALS)[number]) {
    super(`interrupted by ${name}`)
    this.exitCode = 128 + constants.signals[name]
  }
}

/** Aborts at the first signal to end; `endAtOnce` is called at the second. */
export class Interruptions implements Disposable {
  readonly #controller = new AbortController()
  readonly #endAtOnce: (exitCode: number) => void

  constructor(endAtOnce: (exitCode: number) => void) {
    this.#endAtOnce = endAtOnce
  }

  /** Its reason is an `Interruption`. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get first(): Interruption | undefined {
    const reason: unknown = this.signal.reason
    return reason instanceof Interruption ? reason : undefined
  }

  start(): void {
    for (const name of SIGNALS) process.on(name, this.#onSignal)
  }

  readonly #onSignal = (name: NodeJS.Signals): void => {
    const interruption = new Interruption(name === 'SIGINT' ? 'SIGINT' : 'SIGTERM')
    if (this.signal.aborted) this.#endAtOnce(interruption.exitCode)
    this.#controller.abort(interruption)
  };

  [Symbol.dispose](): void {
    for (const name of SIGNALS) process.off(name, this.#onSignal)
  }
}
