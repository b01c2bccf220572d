import { setTimeout } from 'node:timers/promises'
import { isClusterError } from '../../cluster/cluster-error.ts'
import { formatKey } from '../../objects/metadata.ts'
import { SECRET } from '../../objects/secret.ts'
import { readAuthorities } from './authority-secret.ts'
import { issueCertificate, type Authority, type ServingCertificate } from './authority.ts'
import { readRegistration, type RegisteredService, type RegistrationState } from './registration.ts'
import { BLINDNESS, chooseAuthority, type RotationView } from './rotation-plan.ts'
import {
  hostOf,
  publishAuthorities,
  storeAuthorities,
  type RotationOptions,
} from './rotation-steps.ts'
import { Sightings } from './sightings.ts'

export interface CertificateRotationOptions extends RotationOptions {
  readonly clocks?: Clocks
}

/** In ms. */
export interface Clocks {
  /** Since 1970. */
  readonly now: () => number
  /** Only moves forward. */
  readonly uptime: () => number
}

const CLOCKS: Clocks = { now: () => Date.now(), uptime: () => performance.now() }

/** Between two looks, in ms. */
const CHECK_INTERVAL = 30_000
/** Until the next look after a write or a failure, in ms. */
const RETRY_INTERVAL = 2_000

/**
 * Keeps the certificate that the metrics API presents, and the trust of the API server in it. The authorities are in
 * a Secret that all replicas share; each replica issues its own certificate, whose key never leaves the process.
 */
export class CertificateRotation {
  readonly #options: CertificateRotationOptions
  readonly #clocks: Clocks
  readonly #usable = new Sightings()
  readonly #retired = new Sightings()
  #certificate: ServingCertificate | undefined
  #seenAt = Number.NEGATIVE_INFINITY
  #registration: RegistrationState | undefined
  #failure: Error | undefined
  #problem: string | undefined
  readonly #closing = new AbortController()
  #running: Promise<void> | undefined

  constructor(options: CertificateRotationOptions) {
    this.#options = options
    this.#clocks = options.clocks ?? CLOCKS
  }

  /** What to present; undefined while nothing is known that the API server would trust. */
  get certificate(): ServingCertificate | undefined {
    return this.#isBlind(this.#clocks.uptime()) ? undefined : this.#certificate
  }

  /** Undefined until the API server has told. */
  get registration(): RegistrationState | undefined {
    return this.#registration
  }

  /** Why the last look failed; undefined if it did not. */
  get failure(): Error | undefined {
    return this.#failure
  }

  /** Looks and acts now, and then again and again. */
  start(): void {
    this.#running = this.#run(this.#closing.signal)
  }

  async close(): Promise<void> {
    this.#closing.abort()
    await this.#running
  }

  /**
   * Reads Secret and APIServices, chooses the certificate and takes the step that is due. Resolves to whether
   * something was written, so that another look will see a difference. Rejects where the API server refuses; the
   * certificate stays as it was then.
   */
  async advance(): Promise<boolean> {
    const { cluster, secret: key, service } = this.#options
    const startedAt = this.#clocks.uptime()
    const secret = await cluster.get(SECRET, key)
    const { state, services } = await readRegistration(cluster, service)
    this.#reportRegistration(state)
    if (secret === undefined) {
      throw new Error(`expected the Secret ${formatKey(key)}, which may be empty: create it`)
    }
    const { authorities, problem } = readAuthorities(secret)
    this.#reportDamage(problem)
    if (this.#isBlind(startedAt)) this.#forget()
    this.#seenAt = startedAt
    const view = this.#observe(authorities, services)
    await this.#choose(view, services)
    try {
      const next = await storeAuthorities(this.#options, secret, view)
      const count = await publishAuthorities(this.#options, { view, stored: next, services })
      return next !== authorities || count > 0
    } catch (error) {
      // Another replica was first, and what it wrote is as good.
      if (isClusterError(error, 'conflict')) return true
      throw error
    }
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let pause = RETRY_INTERVAL
      try {
        const hasWritten = await this.advance()
        // Until the leader has published an authority there is no certificate to present.
        if (!hasWritten && this.certificate !== undefined) pause = CHECK_INTERVAL
        this.#failure = undefined
      } catch (error) {
        this.#reportFailure(error instanceof Error ? error : new Error(String(error)))
      }
      await setTimeout(pause, undefined, { signal }).catch(() => {})
    }
  }

  #observe(stored: readonly Authority[], services: readonly RegisteredService[]): RotationView {
    const { now, uptime } = this.#clocks
    const ids = stored.map(({ fingerprint }) => fingerprint)
    const isInAll = (id: string) => services.every(({ bundle }) => bundle.has(id))
    this.#usable.observe(services.length === 0 ? [] : ids.filter(isInAll), uptime())
    const published = services.flatMap(({ bundle }) => [...bundle.keys()])
    this.#retired.observe(
      published.filter((id) => !ids.includes(id)),
      uptime(),
    )
    return { now: now(), uptime: uptime(), stored, usable: this.#usable, retired: this.#retired }
  }

  async #choose(view: RotationView, services: readonly RegisteredService[]): Promise<void> {
    const id = this.#certificate?.authority
    const isTrusted = id !== undefined && services.some(({ bundle }) => bundle.has(id))
    if (!isTrusted) this.#certificate = undefined
    const authority = chooseAuthority(view, isTrusted ? id : undefined)
    if (authority === undefined || (isTrusted && authority.fingerprint === id)) return
    this.#certificate = await issueCertificate(authority, hostOf(this.#options.service))
    const { fingerprint } = authority
    this.#options.logger.info({ fingerprint }, 'the metrics API has a new certificate')
  }

  #isBlind(uptime: number): boolean {
    return uptime - this.#seenAt > BLINDNESS
  }

  #forget(): void {
    this.#usable.clear()
    this.#retired.clear()
    this.#certificate = undefined
  }

  #reportFailure(error: Error): void {
    const isNews = error.message !== this.#failure?.message
    this.#failure = error
    if (isNews) this.#options.logger.warn({ err: error }, 'the metrics API cannot be trusted yet')
  }

  #reportRegistration(state: RegistrationState): void {
    if (state !== this.#registration && state === 'foreign') {
      this.#options.logger.warn(
        'another service has the API group custom.metrics.k8s.io: it is left alone',
      )
    }
    this.#registration = state
  }

  #reportDamage(problem: string | undefined): void {
    const { logger, secret } = this.#options
    if (problem !== this.#problem && problem !== undefined) {
      logger.warn(
        { secret: formatKey(secret), problem },
        'the Secret of the metrics API is damaged',
      )
    }
    this.#problem = problem
  }
}
