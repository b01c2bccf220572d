import { clientNetwork } from '../lib/ip-address.ts'
import type { Live } from '../lib/live-value.ts'
import type { Fleet } from './fleet.ts'
import { Slot } from './slot.ts'

/** The client of a request. An empty principal is an anonymous client. The address is a canonical one. */
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
  /** Streams of one address, or one /64 of IPv6, in the whole fleet; undefined for no limit. */
  readonly maxPerAddress: number | undefined
}

/** `limit`: all slots of this process are taken; `client`: the client is at its own limit. */
export type AdmissionResult<Reason = 'limit' | 'client'> =
  | { readonly kind: 'admitted'; readonly slot: Slot }
  | { readonly kind: 'refused'; readonly reason: Reason }

/** Most streams of one client in the whole fleet. */
interface ClientLimit {
  readonly client: string
  readonly limit: number
}

/** Decides which streams, polls and publishes this process admits. The holder of a slot releases it. */
export class Admission {
  readonly #limits: Live<AdmissionLimits>
  readonly #fleet: Fleet
  #streams = 0
  #polls = 0
  #publishes = 0

  /** A lowered limit closes no open stream. */
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

  /** At once, unless the fleet has to be asked about the client. Rejects with the errors of the fleet. */
  admitStream(identity: ClientIdentity): AdmissionResult | Promise<AdmissionResult> {
    if (this.#streams >= this.#limits().maxStreams) return { kind: 'refused', reason: 'limit' }
    const limits = this.#limitsOf(identity)
    // The slot is taken before the fleet is asked, so that no request can take it meanwhile.
    this.#streams++
    if (limits.length > 0) return this.#admitCounted(limits)
    return { kind: 'admitted', slot: new Slot(this.#takeBackStream) }
  }

  /** Undefined if all slots are taken. */
  admitPoll(): Slot | undefined {
    if (this.#polls >= this.#limits().maxPolls) return undefined
    this.#polls++
    return new Slot(this.#takeBackPoll)
  }

  /** Undefined if all slots are taken. */
  admitPublish(): Slot | undefined {
    if (this.#publishes >= this.#limits().maxPublishes) return undefined
    this.#publishes++
    return new Slot(this.#takeBackPublish)
  }

  async #admitCounted(limits: readonly ClientLimit[]): Promise<AdmissionResult> {
    const counted: string[] = []
    using slot = new Slot(this.#takeBackStream, counted)
    for (const { client, limit } of limits) {
      const isAdmitted = await this.#fleet.admit(client, limit)
      if (!isAdmitted) return { kind: 'refused', reason: 'client' }
      counted.push(client)
    }
    return { kind: 'admitted', slot: slot.move() }
  }

  /** Releases the clients that were counted at admission, since the limits may have changed. */
  readonly #takeBackStream = (clients: readonly string[]): void => {
    this.#streams--
    for (const client of clients) this.#fleet.release(client)
  }

  readonly #takeBackPoll = (): void => {
    this.#polls--
  }

  readonly #takeBackPublish = (): void => {
    this.#publishes--
  }

  /** An anonymous client has no limit of its own. Prefixes keep principals and addresses apart. */
  #limitsOf({ principal, address }: ClientIdentity): readonly ClientLimit[] {
    const { perPrincipal, maxPerAddress } = this.#limits()
    const limits: ClientLimit[] = []
    if (principal !== '') limits.push({ client: `principal ${principal}`, limit: perPrincipal })
    if (maxPerAddress !== undefined) {
      limits.push({ client: `address ${clientNetwork(address)}`, limit: maxPerAddress })
    }
    return limits
  }
}
