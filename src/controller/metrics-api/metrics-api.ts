import type { Logger } from '../../telemetry/logger.ts'
import type { RepeatedLines } from '../../telemetry/repeated-lines.ts'
import type { Address } from '../../config/kinds/address.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { withCause } from '../with-cause.ts'
import type { InformerObserver } from '../runtime/runtime-observer.ts'
import { CertificateRotation } from './certificates/certificate-rotation.ts'
import type { RegistrationState } from './certificates/registration.ts'
import type { SubscriberSource } from './metric.ts'
import { MetricsServer } from './metrics-server.ts'
import { FrontProxyWatch } from './front-proxy-watch.ts'

export interface MetricsApiOptions {
  readonly cluster: Cluster
  readonly address: Address
  readonly namespace: string
  /** That leads to the controller. */
  readonly service: string
  readonly secret: string
  readonly mayWrite: () => boolean
  readonly subscribers: SubscriberSource
  readonly isSynced: () => boolean
  readonly observer: InformerObserver
  readonly logger: Logger
  readonly repeated: RepeatedLines
}

/** The metrics API with its certificates, on every replica. */
export class MetricsApi {
  readonly #options: MetricsApiOptions
  readonly #frontProxy: FrontProxyWatch
  readonly #certificates: CertificateRotation
  readonly #server: MetricsServer

  constructor(options: MetricsApiOptions) {
    this.#options = options
    const { cluster, namespace, service, secret, mayWrite, observer, logger, repeated } = options
    this.#frontProxy = new FrontProxyWatch(cluster, observer, (error) => {
      const message = 'the API server cannot prove itself to the metrics API'
      repeated.write({ level: 'warn', message, fields: { err: error } })
    })
    this.#certificates = new CertificateRotation({
      cluster,
      service: { namespace, name: service },
      secret: { namespace, name: secret },
      mayWrite,
      logger,
    })
    this.#server = new MetricsServer({
      subscribers: options.subscribers,
      isSynced: options.isSynced,
      frontProxy: () => this.#frontProxy.value,
      certificate: () => this.#certificates.certificate,
      report: (error) => {
        const message = 'a request to the metrics API failed'
        repeated.write({ level: 'error', message, fields: { err: error } })
      },
    })
  }

  /** Whom the API server asks for custom metrics; undefined until it has told. */
  get registration(): RegistrationState | undefined {
    return this.#certificates.registration
  }

  /** Sentences for operators; empty once the API server can ask. */
  get problems(): readonly string[] {
    const problems: string[] = []
    if (this.#frontProxy.value === undefined) {
      const what = 'it is not known yet how the API server proves itself to the metrics API'
      problems.push(withCause(what, this.#frontProxy.problem))
    }
    if (this.#certificates.certificate === undefined) {
      const what = 'the metrics API has no certificate that the API server trusts'
      problems.push(withCause(what, this.#certificates.failure))
    }
    return problems
  }

  /** Rejects if the address cannot be bound. */
  async start(): Promise<void> {
    this.#frontProxy.start()
    this.#certificates.start()
    await this.#server.start(this.#options.address)
  }

  async close(): Promise<void> {
    await this.#server.close()
    await this.#certificates.close()
    this.#frontProxy.close()
  }
}
