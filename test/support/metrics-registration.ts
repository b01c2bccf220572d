import { X509Certificate } from 'node:crypto'
import { ClusterError } from '../../src/controller/cluster/cluster-error.ts'
import type { Manifest } from '../../src/controller/cluster/cluster.ts'
import type { Kind } from '../../src/controller/objects/kind.ts'
import type { KubeObject, ObjectKey } from '../../src/controller/objects/metadata.ts'

export const SERVICE = { namespace: 'streams', name: 'runnel-controller' }
export const SECRET_KEY = { namespace: 'streams', name: 'runnel-metrics-api' }

export const API_SERVICES = ['v1beta2.custom.metrics.k8s.io', 'v1beta1.custom.metrics.k8s.io']

interface Stored extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>
  readonly data?: unknown
}

/** The Secret and the APIServices of a metrics API, as the API server keeps them for all replicas. */
export class MetricsRegistration {
  readonly #objects = new Map<string, Stored>()
  #version = 0
  /** Called when each request comes and when its answer leaves; may wait or throw. */
  onRequest: (phase: 'arrives' | 'answered') => Promise<void> = async () => {}
  onWrite: () => void = () => {}

  constructor() {
    this.put({ metadata: SECRET_KEY })
    for (const name of API_SERVICES) this.put({ metadata: { name }, spec: { service: SERVICE } })
  }

  /** As somebody else writes. */
  put(object: Stored): void {
    const resourceVersion = String(++this.#version)
    const metadata = { ...object.metadata, resourceVersion }
    this.#objects.set(object.metadata.name, { ...object, metadata })
  }

  remove(name: string): void {
    this.#objects.delete(name)
  }

  read(name: string): Stored | undefined {
    return this.#objects.get(name)
  }

  /** What each APIService trusts, in PEM. */
  get bundles(): readonly string[] {
    return API_SERVICES.map((name) => {
      const encoded = this.#objects.get(name)?.spec?.['caBundle']
      return typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString() : ''
    })
  }

  async get<T extends KubeObject>(kind: Kind<T>, { name }: ObjectKey): Promise<T | undefined> {
    await this.onRequest('arrives')
    const object = this.#objects.get(name)
    await this.onRequest('answered')
    return object && kind.schema.parse(object)
  }

  async replace<T extends KubeObject>(kind: Kind<T>, manifest: Manifest): Promise<T> {
    return this.#write(kind, manifest, () => manifest)
  }

  async apply<T extends KubeObject>(kind: Kind<T>, manifest: Manifest): Promise<T> {
    return this.#write(kind, manifest, (stored) => ({
      ...stored,
      spec: { ...stored.spec, ...(manifest['spec'] as Stored['spec']) },
    }))
  }

  async #write<T extends KubeObject>(
    kind: Kind<T>,
    { metadata: { name, resourceVersion } }: Manifest,
    change: (stored: Stored) => Stored,
  ): Promise<T> {
    await this.onRequest('arrives')
    const stored = this.#objects.get(name)
    if (stored === undefined) throw new ClusterError('not-found', `there is no ${name}`)
    if (resourceVersion !== undefined && resourceVersion !== stored.metadata.resourceVersion) {
      throw new ClusterError('conflict', `${name} has been modified`)
    }
    this.put({ ...change(stored), metadata: stored.metadata })
    this.onWrite()
    const written = this.#objects.get(name)
    await this.onRequest('answered')
    return kind.schema.parse(written)
  }
}

/** Fingerprints of the certificates of a bundle. */
export function fingerprintsOf(bundle: string): readonly string[] {
  const blocks = bundle.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g) ?? []
  return blocks.map((pem) => new X509Certificate(pem).fingerprint256)
}
