import { setImmediate } from 'node:timers/promises'
import type { Redis } from 'ioredis'

/** How long a replica may take, in ms: half the time limit of a command. */
const PATIENCE = 1_000

/** Waits for one replica to have all writes of a connection, for many writers at once. */
export class ReplicaConfirmation {
  readonly #redis: Redis
  #underWay: Promise<boolean> = Promise.resolve(true)
  #next: Promise<boolean> | undefined

  constructor(redis: Redis) {
    this.#redis = redis
  }

  /** To be called when a write was answered. Resolves to whether a replica has it; never rejects. */
  async join(): Promise<boolean> {
    this.#next ??= this.#begin()
    return this.#next
  }

  async #begin(): Promise<boolean> {
    // A wait that is under way may have begun before the write. All writers that join until it is over, or in
    // the same tick, share the next one.
    await this.#underWay
    await setImmediate()
    this.#next = undefined
    this.#underWay = this.#redis.wait(1, PATIENCE).then(
      (replicas) => replicas >= 1,
      () => false,
    )
    return this.#underWay
  }
}
