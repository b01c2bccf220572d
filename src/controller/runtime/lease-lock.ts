import { isClusterError } from '../cluster/cluster-error.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { LEASE, type Lease } from '../objects/lease.ts'
import type { ObjectKey } from '../objects/metadata.ts'
import type { Clock } from './clock.ts'
import { heldSpec, releasedSpec, type LeaseSpec } from './lease-spec.ts'

export interface LeaseLockOptions {
  readonly cluster: Pick<Cluster, 'get' | 'create' | 'replace'>
  readonly lease: ObjectKey
  readonly identity: string
  readonly leaseDuration: number
  readonly clock: Clock
}

export interface HeldLease {
  /** When the write was sent that the API server granted. Nobody else can have seen it earlier. */
  readonly sentAt: number
}

/** The lease as one process reads and writes it. */
export class LeaseLock {
  readonly #options: LeaseLockOptions
  /** As this process wrote it last. Undefined where another write may have followed. */
  #held: Lease | undefined
  /** The version that was read last, and when it was first seen. */
  #seen: { readonly version: string | undefined; readonly at: number } | undefined

  constructor(options: LeaseLockOptions) {
    this.#options = options
  }

  /** Whether this process wrote last, as far as it knows. */
  get isHeld(): boolean {
    return this.#held !== undefined
  }

  /** One attempt; undefined if somebody else wrote meanwhile. Writes nothing once it is abandoned. */
  async acquireOrRenew(abandoned: AbortSignal): Promise<HeldLease | 'held-by-other' | undefined> {
    const known = this.#held
    // Whatever comes of this attempt, only its success tells how the lease stands.
    this.#held = undefined
    const lease = known ?? (await this.#read())
    if (abandoned.aborted) return undefined
    if (lease !== undefined && !this.#isFree(lease.spec)) return 'held-by-other'
    const { identity, leaseDuration, clock } = this.#options
    const sentAt = clock.now()
    const written = await this.#write(
      lease,
      heldSpec(lease?.spec, { holder: identity, duration: leaseDuration, now: Date.now() }),
    )
    if (written === undefined) return undefined
    this.#held = written
    return { sentAt }
  }

  async release(): Promise<void> {
    const lease = this.#held ?? (await this.#read())
    this.#held = undefined
    if (lease?.spec?.holderIdentity !== this.#options.identity) return
    await this.#write(lease, releasedSpec(lease.spec, Date.now()))
  }

  async #read(): Promise<Lease | undefined> {
    const { cluster, lease, clock } = this.#options
    const found = await cluster.get(LEASE, lease)
    const version = found?.metadata.resourceVersion
    if (version !== this.#seen?.version) this.#seen = { version, at: clock.now() }
    return found
  }

  /** Whether nobody else holds the lease, or its holder has written nothing for as long as it promised. */
  #isFree(spec: LeaseSpec | undefined): boolean {
    const { identity, leaseDuration, clock } = this.#options
    const holder = spec?.holderIdentity ?? ''
    if (holder === '' || holder === identity) return true
    const promised = (spec?.leaseDurationSeconds ?? 0) * 1_000
    const duration = Math.max(promised, leaseDuration)
    return this.#seen !== undefined && clock.now() - this.#seen.at >= duration
  }

  /** Undefined if somebody else wrote first. */
  async #write(lease: Lease | undefined, spec: LeaseSpec): Promise<Lease | undefined> {
    const { cluster, lease: key } = this.#options
    try {
      return lease === undefined
        ? await cluster.create(LEASE, { metadata: key, spec })
        : await cluster.replace(LEASE, { metadata: lease.metadata, spec })
    } catch (error) {
      if (isClusterError(error, 'conflict', 'already-exists')) return undefined
      throw error
    }
  }
}
