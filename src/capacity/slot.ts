/** Takes a slot back, with the clients that it was counted for. */
export type TakeBack = (clients: readonly string[]) => void

/**
 * One of the streams, polls or publishes that a limit allows. Its holder gives it back: by `release`, or
 * by the end of the block that declares it with `using`. A holder that lives longer takes it by `move`.
 */
export class Slot implements Disposable {
  #takeBack: TakeBack | undefined
  readonly #clients: readonly string[]

  /** `takeBack` is the same for all slots of a kind: one closure for each would be most of what it takes. */
  constructor(takeBack: TakeBack | undefined, clients: readonly string[] = []) {
    this.#takeBack = takeBack
    this.#clients = clients
  }

  /** Every call but the first does nothing. */
  release(): void {
    const takeBack = this.#takeBack
    this.#takeBack = undefined
    takeBack?.(this.#clients)
  }

  /** The same slot for another holder; this one has nothing left to give back. */
  move(): Slot {
    const moved = new Slot(this.#takeBack, this.#clients)
    this.#takeBack = undefined
    return moved
  }

  [Symbol.dispose](): void {
    this.release()
  }
}
