import type { Client } from './client.ts'
import type { Clients } from './clients.ts'
import { Pod } from './pod.ts'
import type { Proxy } from './proxy.ts'
import type { Random } from './random.ts'
import type { Timeline } from './timeline.ts'

/** Times of a pod, in seconds. */
export interface PodTimes {
  /** From its creation until its container runs: scheduling, and an image that the node has. */
  readonly scheduling: readonly [min: number, max: number]
  /** From then until it is ready. */
  readonly starting: readonly [min: number, max: number]
  /** For which a pod that leaves serves as before, while proxies learn of it. */
  readonly preStop: number
  /** Over which it then closes its streams. */
  readonly drainWindow: number
}

interface PodParts {
  readonly timeline: Timeline
  readonly random: Random
  readonly proxy: Proxy
  readonly clients: Clients
}

/** The kubelets of a fleet: they start pods, drain and kill them. */
export class Pods {
  readonly #timeline: Timeline
  readonly #random: Random
  readonly #proxy: Proxy
  readonly #clients: Clients
  readonly #times: PodTimes
  #pods: readonly Pod[] = []
  #created = 0
  /** Pods that are still to be created and then stay pending. */
  #stuck = 0

  constructor({ timeline, random, proxy, clients }: PodParts, times: PodTimes) {
    this.#timeline = timeline
    this.#random = random
    this.#proxy = proxy
    this.#clients = clients
    this.#times = times
  }

  get all(): readonly Pod[] {
    return this.#pods
  }

  /** The next pod finds no node. */
  stickNext(): void {
    this.#stuck++
  }

  create(revision: number): Pod {
    const { scheduling, starting } = this.#times
    const pod = new Pod({
      name: `pod-${String(this.#created++).padStart(3, '0')}`,
      uid: Math.floor(this.#random.next() * 2 ** 32).toString(16),
      revision,
      createdAt: this.#timeline.now,
    })
    this.#pods = [...this.#pods, pod]
    if (this.#stuck > 0) this.#stuck--
    else this.#schedule(pod, this.#random.between(...scheduling), this.#random.between(...starting))
    return pod
  }

  /** Without a wait, for the pods that a simulation begins with. */
  createReady(revision: number): void {
    this.#schedule(this.create(revision), 0, 0)
  }

  /** Gives the pods that are stuck a node. */
  unstick(): void {
    for (const pod of this.#pods) if (pod.stage === 'pending') this.#schedule(pod, 1, 4)
  }

  /** Tells it to stop. */
  delete(pod: Pod): void {
    this.#proxy.remove(pod)
    if (pod.stage !== 'ready') {
      this.#end(pod)
      return
    }
    pod.stage = 'leaving'
    this.#timeline.after(this.#times.preStop, () => {
      this.#drain(pod)
    })
  }

  /** It is there no more, and its streams are cut. */
  kill(pod: Pod): void {
    this.#proxy.remove(pod)
    this.#end(pod)
  }

  /** Asks random streams to move, one by one over a time, in seconds. */
  shed(pod: Pod, count: number, over: number): void {
    const chosen = this.#random.shuffle(pod.streams).slice(0, count)
    this.#dismissOver(pod, chosen, over)
  }

  #schedule(pod: Pod, scheduling: number, starting: number): void {
    this.#timeline.after(scheduling, () => {
      if (pod.stage !== 'pending') return
      pod.stage = 'starting'
      this.#timeline.after(starting, () => {
        if (pod.stage !== 'starting') return
        pod.stage = 'ready'
        pod.readySince = this.#timeline.now
        this.#proxy.add(pod)
      })
    })
  }

  #drain(pod: Pod): void {
    if (pod.stage !== 'leaving') return
    const { drainWindow } = this.#times
    pod.stage = 'draining'
    this.#dismissOver(pod, this.#random.shuffle(pod.streams), drainWindow)
    this.#timeline.after(drainWindow, () => {
      this.#end(pod)
    })
  }

  #dismissOver(pod: Pod, streams: readonly Client[], over: number): void {
    for (const [index, client] of streams.entries()) {
      const { turn } = client
      this.#timeline.after((over * index) / streams.length, () => {
        if (client.turn === turn) this.#clients.dismiss(client, pod)
      })
    }
  }

  #end(pod: Pod): void {
    pod.stage = 'gone'
    this.#pods = this.#pods.filter((one) => one !== pod)
    for (const client of pod.streams) this.#clients.cut(client)
  }
}
