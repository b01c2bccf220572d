const SAMPLES = 5
/** In ms. */
const INTERVAL = 1_000

/** How fast a count grows, over the last five seconds. */
export class Rate {
  readonly #count: () => number
  readonly #samples: number[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(count: () => number) {
    this.#count = count
  }

  get perSecond(): number {
    const [first] = this.#samples
    if (first === undefined || this.#samples.length < 2) return 0
    const seconds = ((this.#samples.length - 1) * INTERVAL) / 1_000
    return (this.#samples.at(-1)! - first) / seconds
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#samples.push(this.#count())
      if (this.#samples.length > SAMPLES + 1) this.#samples.shift()
    }, INTERVAL).unref()
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
