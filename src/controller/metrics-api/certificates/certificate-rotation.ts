import { setTimeout } from 'node:timers/promises'
import type { Logger } from '../../../telemetry/logger.ts'
import type { Live } from '../../../lib/live-value.ts'
import { isClusterError } from '../../cluster/cluster-error.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import { formatKey, type ObjectKey } from '../../objects/metadata.ts'
import { SECRET, type Secret } from '../../objects/secret.ts'
import { readAuthorities, withAuthorities } from './authority-secret.ts'
import {
  createAuthority,
  issueCertificate,
  type Authority,
  type ServingCertificate,
} from './authority.ts'
import {
  publishBundle,
  readRegistration,
  type RegistrationState,
  type RegisteredService,
} from './registration.ts'
import {
  BLINDNESS,
  chooseAuthority,
  findExpendable,
  planAuthorities,
  type RotationView,
} from './rotation-plan.ts'
import { Sightings } from './sightings.ts'

export interface CertificateRotationOptions {
  readonly cluster: Pick<Cluster, 'get' | 'replace' | 'apply'>
  /** The Service that the APIServices point to. */
  readonly service: Required<ObjectKey>
  /** It exists already, and may be empty. */
  readonly secret: ObjectKey
  /** Whether this replica may write at this moment. Several that do so do no harm. */
  readonly mayWrite: Live<boolean>
  readonly logger: Pick<Logger, 'info' | 'warn'>
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
      const next = await this.#store(secret, view)
      const count = await this.#publish(view, next, services)
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
        if (!hasWritten) pause = CHECK_INTERVAL
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

  /** Resolves to what the Secret holds then. */
  async #store(secret: Secret, view: RotationView): Promise<readonly Authority[]> {
    const { cluster, service, mayWrite, logger } = this.#options
    const { kept, needsNew } = planAuthorities(view)
    if (!needsNew && kept.length === view.stored.length) return view.stored
    const made = needsNew ? [await createAuthority(hostOf(service), view.now)] : []
    if (!mayWrite()) return view.stored
    const authorities = [...kept, ...made]
    await cluster.replace(SECRET, { ...secret, data: withAuthorities(secret, authorities) })
    for (const { fingerprint, notAfter } of made) {
      const until = new Date(notAfter).toISOString()
      logger.info({ fingerprint, until }, 'made an authority for the metrics API')
    }
    return authorities
  }

  /** Resolves to the number of APIServices that have changed. */
  async #publish(
    view: RotationView,
    stored: readonly Authority[],
    services: readonly RegisteredService[],
  ): Promise<number> {
    const { cluster, mayWrite } = this.#options
    const bundle = new Map(services.flatMap((registered) => [...registered.bundle]))
    for (const id of findExpendable(view)) bundle.delete(id)
    for (const { fingerprint, certificate } of stored) bundle.set(fingerprint, certificate)
    const outdated = services.filter((registered) => !isSameBundle(registered.bundle, bundle))
    if (!mayWrite()) return 0
    for (const registered of outdated) await publishBundle(cluster, registered, bundle)
    return outdated.length
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

/** As the API server calls a Service. */
function hostOf({ namespace, name }: ObjectKey): string {
  return `${name}.${namespace}.svc`
}

function isSameBundle(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a.keys()].every((id) => b.has(id))
}
