/** Who wants in. An empty principal is nobody in particular. */
export interface Newcomer {
  readonly principal: string
  readonly address: string
}

export interface AdmissionLimits {
  readonly maxStreams: number
  readonly maxPolls: number
  readonly maxPublishes: number
}

/** A further rule, such as a limit per principal across the fleet. Undefined lets the newcomer in. */
export type StreamRule = (newcomer: Newcomer) => 'limit' | 'client' | undefined

/**
 * Decides what this process takes on. Every admission takes a place, which its taker must give back with
 * the matching release, once.
 */
export class Admission {
  readonly #limits: AdmissionLimits
  readonly #rules: readonly StreamRule[]
  #streams = 0
  #polls = 0
  #publishes = 0

  /** `limits` is read at every use, so that a changed capacity file takes effect; a lowered limit
   * closes nobody. */
  constructor(limits: AdmissionLimits, rules: readonly StreamRule[] = []) {
    this.#limits = limits
    this.#rules = rules
  }

  get streams(): number {
    return this.#streams
  }

  get polls(): number {
    return this.#polls
  }

  /** Takes a place for a stream, or says why there is none. */
  admitStream(newcomer: Newcomer): 'admitted' | 'limit' | 'client' {
    if (this.#streams >= this.#limits.maxStreams) return 'limit'
    for (const rule of this.#rules) {
      const refusal = rule(newcomer)
      if (refusal !== undefined) return refusal
    }
    this.#streams++
    return 'admitted'
  }

  releaseStream(): void {
    this.#streams--
  }

  admitPoll(): boolean {
    if (this.#polls >= this.#limits.maxPolls) return false
    this.#polls++
    return true
  }

  releasePoll(): void {
    this.#polls--
  }

  admitPublish(): boolean {
    if (this.#publishes >= this.#limits.maxPublishes) return false
    this.#publishes++
    return true
  }

  releasePublish(): void {
    this.#publishes--
  }
}
