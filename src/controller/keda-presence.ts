import type { Cluster } from './cluster/cluster.ts'
import { SCALED_OBJECT } from './objects/children.ts'

/** In ms. KEDA rarely comes or goes. */
const CHECK_INTERVAL = 60_000

export interface KedaPresenceOptions {
  readonly cluster: Pick<Cluster, 'serves'>
  readonly onFound: () => void
  /** KEDA was there, and is there no more: its kinds can no longer be watched. */
  readonly onLost: () => void
  readonly onError: (error: unknown) => void
}

/**
 * Looks for KEDA in the cluster, even if no fleet uses it: a fleet whose provider changed while there was no
 * controller still has a ScaledObject to be removed.
 */
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
    const { cluster, onFound, onLost, onError } = this.#options
    try {
      const isFound = await cluster.serves(SCALED_OBJECT)
      if (isFound && !this.#isFound) onFound()
      if (!isFound && this.#isFound) onLost()
      this.#isFound = isFound
    } catch (error) {
      onError(error)
    }
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.#check(), CHECK_INTERVAL)
  }
}
