import type { Pod } from './pod.ts'
import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'

/** How the proxy chooses a pod: by chance, as round robin over many connections is, or the one with fewest streams. */
export type Placement = 'random' | 'least-connections'

/** The proxy in front of the pods. It learns late which of them take clients. */
export class Proxy {
  readonly #timeline: Timeline
  readonly #random: Random
  readonly #placement: Placement
  /** Seconds until it has learned of a change. */
  readonly #propagation: number
  readonly #endpoints: Pod[] = []

  constructor(timeline: Timeline, random: Random, placement: Placement, propagation: number) {
    this.#timeline = timeline
    this.#random = random
    this.#placement = placement
    this.#propagation = propagation
  }

  add(pod: Pod): void {
    this.#timeline.after(this.#propagation, () => {
      this.#endpoints.push(pod)
    })
  }

  remove(pod: Pod): void {
    this.#timeline.after(this.#propagation, () => {
      const index = this.#endpoints.indexOf(pod)
      if (index !== -1) this.#endpoints.splice(index, 1)
    })
  }

  /** The pod for the next client; undefined where it would answer 503. It tries another one where nobody listens. */
  place(): Pod | undefined {
    const listening = this.#endpoints.filter(({ stage }) => stage !== 'gone')
    if (this.#placement === 'random') return this.#random.pick(listening)
    const least = Math.min(...listening.map(({ streams }) => streams.size))
    return this.#random.pick(listening.filter(({ streams }) => streams.size === least))
  }
}
