import { Client } from './client.ts'
import type { Pod } from './pod.ts'
import type { Proxy } from './proxy.ts'
import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'
import {
  waitAfterCut,
  waitAfterFailures,
  waitAfterFarewell,
  waitAfterRefusal,
  type Room,
} from './waits.ts'

export interface ClientOptions {
  readonly timeline: Timeline
  readonly random: Random
  readonly proxy: Proxy
  /** Streams that a pod holds at most. */
  readonly limit: number
  /** In seconds. */
  readonly retry: number
  readonly maxAge: number
  /** What pods know of the others. */
  readonly roomBeside: (pod: Pod) => Room
}

export interface ClientTotals {
  readonly came: number
  readonly left: number
  /** Attempts that a pod refused, since it was full or draining. */
  readonly refusals: number
  /** Attempts for which the proxy had no pod. */
  readonly failures: number
  /** Streams of clients that had one before. */
  readonly reconnects: number
  /** Streams that ended of age. */
  readonly aged: number
}

/** All subscribers of a fleet: those that have a stream, and those that wait. None is lost between the two. */
export class Clients {
  readonly #options: ClientOptions
  readonly #all: Client[] = []
  #totals = { came: 0, left: 0, refusals: 0, failures: 0, reconnects: 0, aged: 0 }

  constructor(options: ClientOptions) {
    this.#options = options
  }

  get totals(): ClientTotals {
    return this.#totals
  }

  get count(): number {
    return this.#all.length
  }

  get waiting(): number {
    return this.#all.filter(({ pod }) => pod === undefined).length
  }

  /** Makes it so many, as clients come and leave within a time, in seconds. */
  become(count: number, within: number): void {
    const { random } = this.#options
    for (let left = this.#all.length - count; left > 0; left--) this.#leave()
    for (let missing = count - this.#all.length; missing > 0; missing--) {
      const client = new Client()
      this.#all.push(client)
      this.#totals.came++
      this.#wait(client, random.between(0, within))
    }
  }

  /** Clients that came long ago: each has a stream, and these are of all ages. */
  settle(count: number): void {
    const { proxy, random, maxAge } = this.#options
    for (let settled = 0; settled < count; settled++) {
      const client = new Client()
      const pod = proxy.place()
      if (pod === undefined) throw new Error('expected a ready pod before the clients')
      this.#all.push(client)
      this.#totals.came++
      this.#open(client, pod, random.between(0, maxAge))
    }
  }

  /** Closes the stream that the client has at the pod, with a farewell. */
  dismiss(client: Client, pod: Pod): void {
    const { retry, random, roomBeside } = this.#options
    this.#release(client)
    this.#wait(client, waitAfterFarewell(roomBeside(pod), retry, random))
  }

  /** Ends the stream without a farewell. */
  cut(client: Client): void {
    const { retry, random } = this.#options
    this.#release(client)
    this.#wait(client, waitAfterCut(retry, random))
  }

  #leave(): void {
    const index = Math.floor(this.#options.random.next() * this.#all.length)
    const client = this.#all[index]
    const last = this.#all.pop()
    if (client === undefined || last === undefined) return
    if (client !== last) this.#all[index] = last
    client.turnOver()
    this.#release(client)
    this.#totals.left++
  }

  #release(client: Client): void {
    client.pod?.streams.delete(client)
    client.pod = undefined
  }

  #wait(client: Client, seconds: number): void {
    const turn = client.turnOver()
    this.#options.timeline.after(seconds, () => {
      if (client.turn === turn) this.#connect(client)
    })
  }

  #connect(client: Client): void {
    const { proxy, limit, retry, random, maxAge, roomBeside } = this.#options
    const pod = proxy.place()
    if (pod === undefined) {
      this.#totals.failures++
      this.#wait(client, waitAfterFailures(++client.failures, retry, random))
      return
    }
    client.failures = 0
    if (pod.stage === 'draining' || pod.streams.size >= limit) {
      this.#totals.refusals++
      this.#wait(client, waitAfterRefusal(roomBeside(pod), random))
      return
    }
    this.#open(client, pod, random.between(0.8, 1) * maxAge)
  }

  /** `life`: seconds until the stream is too old. */
  #open(client: Client, pod: Pod, life: number): void {
    const { timeline } = this.#options
    if (client.hasBeenServed) this.#totals.reconnects++
    client.hasBeenServed = true
    client.pod = pod
    pod.streams.add(client)
    const turn = client.turnOver()
    timeline.after(life, () => {
      if (client.turn !== turn) return
      this.#totals.aged++
      this.dismiss(client, pod)
    })
  }
}
