import { setImmediate } from 'node:timers/promises'
import { JudgedClient } from './judged-client.ts'
import type { Channel, From } from './observation.ts'
import { Pod } from './pod.ts'
import { World } from './world.ts'
import { WorldServer } from './world-server.ts'

/** A step of a script: something happens to a channel, to a pod or to a client, each given by its number. */
export type Step =
  | { do: 'append' | 'trim' | 'failOver'; channel: number; count: number }
  | { do: 'openEpoch' | 'flush' | 'rotateIncarnations'; channel: number }
  | { do: 'notify'; pod: number; how: 'at-once' | 'twice' | 'late' | 'lost' }
  | { do: 'answer'; pod: number; how: 'at-once' | 'failing' }
  /** Followers are told to read again, as after a position check that found a difference. */
  | { do: 'doubt'; pod: number }
  | { do: 'stream'; client: number; pod: number; from: From }
  | { do: 'poll'; client: number; pod: number; from: From; limit: number; used: number }
  | { do: 'cut'; client: number }
  /** From here on a pod may no longer tell what was true before this step. */
  | { do: 'outdate' }
  | { do: 'settle' }

const NAMES = ['a', 'b', 'c']
/** Epochs that the log remembers: so few that scripts exceed them. */
const MAX_CHAIN = 4
/** Appends to each channel before the script begins, of two events each; the last channel has none. */
const WRITES = [3, 2, 0]
export const CHANNELS = NAMES.length
export const PODS = 2
/** The number of channels that each client reads. */
const SELECTIONS = [1, 1, 2, CHANNELS, CHANNELS]
export const CLIENTS = SELECTIONS.length

/** Two pods and some clients over real HTTP, while a script changes the channels under them. */
export class Simulation implements AsyncDisposable {
  readonly #channels: readonly Channel[]
  readonly #server: WorldServer
  readonly #pods: readonly Pod[]
  readonly #clients: readonly JudgedClient[]

  private constructor(channels: readonly Channel[], server: WorldServer, pods: readonly Pod[]) {
    this.#channels = channels
    this.#server = server
    this.#pods = pods
    this.#clients = SELECTIONS.map((count) => new JudgedClient(channels.slice(0, count)))
  }

  static async open(): Promise<Simulation> {
    const channels = NAMES.map((name) => ({ name, world: new World(undefined, MAX_CHAIN) }))
    for (const [index, { world }] of channels.entries()) {
      for (let write = 0; write < WRITES[index]!; write++) world.append(2)
      world.settle()
    }
    const server = new WorldServer(channels)
    const starting = Array.from({ length: PODS }, () => Pod.start(server))
    return new Simulation(channels, server, await Promise.all(starting))
  }

  /** Performs a script and then publishes one more event on each channel. Returns the breaches. */
  static async run(script: readonly Step[]): Promise<readonly string[]> {
    await using simulation = await Simulation.open()
    for (const step of script) await simulation.perform(step)
    await simulation.#settle()
    for (const { name } of simulation.#channels) simulation.#server.publish(name, 1)
    await simulation.#settle()
    return simulation.breaches
  }

  get breaches(): readonly string[] {
    return this.#clients.flatMap(({ breaches }) => breaches)
  }

  async perform(step: Step): Promise<void> {
    if (step.do === 'settle') await this.#settle()
    else if (step.do === 'outdate') this.#outdate()
    else if ('client' in step) await this.#serve(step)
    else if ('channel' in step) this.#change(step)
    else this.#disturb(step)
    // The effects of a step must begin before the next step.
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

  /** Repairs all that was broken, and lets every client read to the end of its channels. */
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
