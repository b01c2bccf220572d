import { setImmediate } from 'node:timers/promises'
import { LawClient } from './client.ts'
import type { Channel, From } from './told.ts'
import { Pod } from './pod.ts'
import { World } from './world.ts'
import { WorldServer } from './world-server.ts'

/** What may happen to channels, to pods that share a log, and to clients. All go by number. */
export type Step =
  | { do: 'append' | 'trim' | 'failOver'; channel: number; count: number }
  | { do: 'openEpoch' | 'flush' | 'rotateIncarnations'; channel: number }
  | { do: 'notify'; pod: number; how: 'at-once' | 'twice' | 'late' | 'lost' }
  | { do: 'answer'; pod: number; how: 'at-once' | 'failing' }
  /** Followers are told to read again, as a position check does that has found something. */
  | { do: 'doubt'; pod: number }
  | { do: 'stream'; client: number; pod: number; from: From }
  | { do: 'poll'; client: number; pod: number; from: From; limit: number; used: number }
  | { do: 'cut'; client: number }
  /** What was true before is told to nobody any more. */
  | { do: 'outdate' }
  | { do: 'settle' }

const NAMES = ['a', 'b', 'c']
/** So few that chains are cut. */
const MAX_CHAIN = 4
/** Writes before the script begins, each of two events; the last channel is unwritten. */
const WRITES = [3, 2, 0]
export const CHANNELS = NAMES.length
export const PODS = 2
/** How many channels each of them reads. */
const SELECTIONS = [1, 1, 2, CHANNELS, CHANNELS]
export const CLIENTS = SELECTIONS.length

/** Two pods and some clients over real HTTP, on channels that a script leads where it likes. */
export class Scene implements AsyncDisposable {
  readonly #channels: readonly Channel[]
  readonly #server: WorldServer
  readonly #pods: readonly Pod[]
  readonly #clients: readonly LawClient[]

  private constructor(channels: readonly Channel[], server: WorldServer, pods: readonly Pod[]) {
    this.#channels = channels
    this.#server = server
    this.#pods = pods
    this.#clients = SELECTIONS.map((count) => new LawClient(channels.slice(0, count)))
  }

  static async open(): Promise<Scene> {
    const channels = NAMES.map((name) => ({ name, world: new World(undefined, MAX_CHAIN) }))
    for (const [index, { world }] of channels.entries()) {
      for (let write = 0; write < WRITES[index]!; write++) world.append(2)
      world.settle()
    }
    const server = new WorldServer(channels)
    const starting = Array.from({ length: PODS }, () => Pod.start(server))
    return new Scene(channels, server, await Promise.all(starting))
  }

  /** Plays a script to its end, and one event more on each channel. Returns the breaches. */
  static async play(script: readonly Step[]): Promise<readonly string[]> {
    await using scene = await Scene.open()
    for (const step of script) await scene.run(step)
    await scene.#settle()
    for (const { name } of scene.#channels) scene.#server.publish(name, 1)
    await scene.#settle()
    return scene.breaches
  }

  get breaches(): readonly string[] {
    return this.#clients.flatMap(({ breaches }) => breaches)
  }

  async run(step: Step): Promise<void> {
    if (step.do === 'settle') await this.#settle()
    else if (step.do === 'outdate') this.#outdate()
    else if ('client' in step) await this.#serve(step)
    else if ('channel' in step) this.#change(step)
    else this.#disturb(step)
    // What was set off by a step has begun before the next.
    await setImmediate()
  }

  #change(step: Extract<Step, { channel: number }>): void {
    const { name, world } = this.#channels[step.channel]!
    if (step.do === 'append') this.#server.publish(name, step.count)
    else if (step.do === 'trim' || step.do === 'failOver') world[step.do](step.count)
    else world[step.do]()
  }

  #disturb(step: Extract<Step, { pod: number; do: 'notify' | 'answer' | 'doubt' }>): void {
    const { log } = this.#pods[step.pod]!
    if (step.do === 'doubt') log.invalidate()
    else if (step.do === 'answer') log.answering = step.how
    else log.notifying = step.how
  }

  async #serve(step: Extract<Step, { client: number }>): Promise<void> {
    const client = this.#clients[step.client]!
    if (step.do === 'cut') client.cut()
    else if (step.do === 'stream') await client.stream(this.#pods[step.pod]!.url, step.from)
    else await client.poll(this.#pods[step.pod]!.url, step)
  }

  /** All that was broken heals, and everybody is told what there is to tell. */
  async #settle(): Promise<void> {
    for (const { log } of this.#pods) {
      log.answering = 'at-once'
      log.notifying = 'at-once'
      log.deliverLate()
      log.invalidate()
    }
    await setImmediate()
    await Promise.all(this.#clients.map((client) => client.catchUp(this.#pods[0]!.url)))
    this.#outdate()
  }

  #outdate(): void {
    for (const { world } of this.#channels) world.settle()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.cut()
    await Promise.all(this.#pods.map((pod) => pod[Symbol.asyncDispose]()))
  }
}
