import type { Cluster } from './cluster/cluster.ts'
import { SCALED_OBJECT } from './objects/children.ts'

/** In ms. KEDA is installed once in the life of a cluster. */
const CHECK_INTERVAL = 60_000

export interface KedaPresenceOptions {
  readonly cluster: Pick<Cluster, 'serves'>
  /** Whether any fleet could use it. */
  readonly isWanted: () => boolean
  /** Called once KEDA is found. */
  readonly onFound: () => void
  readonly onError: (error: unknown) => void
}

/** Looks for KEDA in the cluster, as long as a fleet could use it. */
export class KedaPresence {
  readonly #options: KedaPresenceOptions
  #isFound = false
  #timer: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: KedaPresenceOptions) {
    this.#options = options
  }

  get isFound(): boolean {
    return this.#isFound
  }

  /** Resolves after the first look. */
  async start(): Promise<void> {
    await this.#check()
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  async #check(): Promise<void> {
    const { cluster, isWanted, onFound, onError } = this.#options
    try {
      const isFound = isWanted() && (await cluster.serves(SCALED_OBJECT))
      if (isFound && !this.#isFound) onFound()
      this.#isFound = isFound
    } catch (error) {
      onError(error)
    }
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#check(), CHECK_INTERVAL)
  }
}
