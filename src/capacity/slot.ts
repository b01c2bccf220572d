/**
 * One of the streams, polls or publishes that a limit allows. Its holder gives it back: by `release`, or
 * by the end of the block that declares it with `using`. A holder that lives longer takes it by `move`.
 */
export class Slot implements Disposable {
  #giveBack: (() => void) | undefined

  constructor(giveBack: (() => void) | undefined) {
    this.#giveBack = giveBack
  }

  /** Every call but the first does nothing. */
  release(): void {
    const giveBack = this.#giveBack
    this.#giveBack = undefined
    giveBack?.()
  }

  /** The same slot for another holder; this one has nothing left to give back. */
  move(): Slot {
    const moved = new Slot(this.#giveBack)
    this.#giveBack = undefined
    return moved
  }

  [Symbol.dispose](): void {
    this.release()
  }
}
