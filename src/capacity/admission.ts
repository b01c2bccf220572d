import type { Live } from '../lib/live.ts'
import type { Fleet } from './fleet.ts'

/** Who wants in. An empty principal is nobody in particular. */
export interface ClientIdentity {
  readonly principal: string
  readonly address: string
}

export interface AdmissionLimits {
  readonly maxStreams: number
  readonly maxPolls: number
  readonly maxPublishes: number
  /** Streams of one principal in the whole fleet. */
  readonly perPrincipal: number
  /** Streams of one address in the whole fleet; undefined: as many as it likes. */
  readonly maxPerAddress: number | undefined
}

/**
 * Decides what this process takes on. Every admission takes a place, which its taker must give back with
 * the matching release, once.
 */
export class Admission {
  readonly #limits: Live<AdmissionLimits>
  readonly #fleet: Fleet
  #streams = 0
  #polls = 0
  #publishes = 0

  /** A lowered limit closes nobody. */
  constructor(limits: Live<AdmissionLimits>, fleet: Fleet) {
    this.#limits = limits
    this.#fleet = fleet
  }

  get streams(): number {
    return this.#streams
  }

  get polls(): number {
    return this.#polls
  }

  /** Takes a place for a stream, or says why there is none. */
  async admitStream(identity: ClientIdentity): Promise<'admitted' | 'limit' | 'client'> {
    if (this.#streams >= this.#limits().maxStreams) return 'limit'
    // Taken before the fleet is asked: those who come meanwhile must not find it free.
    this.#streams++
    const admitted: string[] = []
    for (const { client, limit } of this.#limitsOf(identity)) {
      if (await this.#fleet.admit(client, limit)) {
        admitted.push(client)
        continue
      }
      this.#streams--
      for (const each of admitted) this.#fleet.release(each)
      return 'client'
    }
    return 'admitted'
  }

  releaseStream(identity: ClientIdentity): void {
    this.#streams--
    for (const { client } of this.#limitsOf(identity)) this.#fleet.release(client)
  }

  admitPoll(): boolean {
    if (this.#polls >= this.#limits().maxPolls) return false
    this.#polls++
    return true
  }

  releasePoll(): void {
    this.#polls--
  }

  admitPublish(): boolean {
    if (this.#publishes >= this.#limits().maxPublishes) return false
    this.#publishes++
    return true
  }

  releasePublish(): void {
    this.#publishes--
  }

  /** Nobody in particular has no limit of its own. The names of the two kinds can never be the same. */
  #limitsOf({ principal, address }: ClientIdentity): { client: string; limit: number }[] {
    const { perPrincipal, maxPerAddress } = this.#limits()
    const limits: { client: string; limit: number }[] = []
    if (principal !== '') limits.push({ client: `principal ${principal}`, limit: perPrincipal })
    if (maxPerAddress !== undefined) {
      limits.push({ client: `address ${address}`, limit: maxPerAddress })
    }
    return limits
  }
}
