/** Takes back a slot; `clients` are those that it was counted for. */
export type TakeBack = (clients: readonly string[]) => void

/**
 * One of the streams, polls or publishes that a limit allows. Its holder gives it back: by `release`, or
 * by the end of the block that declares it with `using`. A holder that lives longer takes it by `move`.
 */
export class Slot implements Disposable {
  #takeBack: TakeBack | undefined
  readonly #clients: readonly string[]

  /** All slots of a kind share one `takeBack`: a closure for each would take more memory than the slot. */
  constructor(takeBack: TakeBack | undefined, clients: readonly string[] = []) {
    this.#takeBack = takeBack
    this.#clients = clients
  }

  /** Only the first call has an effect. */
  release(): void {
    const takeBack = this.#takeBack
    this.#takeBack = undefined
    takeBack?.(this.#clients)
  }

  /** Moves the slot to a new holder. Releasing this object has no effect afterwards. */
  move(): Slot {
    const moved = new Slot(this.#takeBack, this.#clients)
    this.#takeBack = undefined
    return moved
  }

  [Symbol.dispose](): void {
    this.release()
  }
}
