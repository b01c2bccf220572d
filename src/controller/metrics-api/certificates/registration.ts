import { X509Certificate } from 'node:crypto'
import type { Cluster } from '../../cluster/cluster.ts'
import { API_SERVICE, type APIService } from '../../objects/api-service.ts'
import type { ObjectKey } from '../../objects/metadata.ts'
import { METRICS_GROUP, METRICS_VERSIONS } from '../metric.ts'
import { splitCertificates } from '../pem.ts'

/** Whom the API server asks for custom metrics. */
export type RegistrationState = 'ours' | 'foreign' | 'absent'

export interface Registration {
  readonly state: RegistrationState
  /** The APIServices that point to this controller, with the authorities that each trusts. */
  readonly services: readonly RegisteredService[]
}

export interface RegisteredService {
  readonly object: APIService
  /** Certificates in PEM by fingerprint. */
  readonly bundle: ReadonlyMap<string, string>
}

const FIELD_MANAGER = 'runnel-controller'

/** An APIService of the group that points to another service is foreign, and nothing here touches it. */
export async function readRegistration(
  cluster: Pick<Cluster, 'get'>,
  service: ObjectKey,
): Promise<Registration> {
  const found = await Promise.all(
    METRICS_VERSIONS.map((version) =>
      cluster.get(API_SERVICE, { name: `${version}.${METRICS_GROUP}` }),
    ),
  )
  const objects = found.filter((object) => object !== undefined)
  const ours = objects.filter(({ spec }) => isSame(spec.service, service))
  const state = objects.length === 0 ? 'absent' : ours.length < objects.length ? 'foreign' : 'ours'
  return { state, services: ours.map(readBundle) }
}

/**
 * Makes an APIService trust these authorities. All its other fields belong to whoever registered it. Rejects with
 * `conflict` if it has changed since it was read.
 */
export async function publishBundle(
  cluster: Pick<Cluster, 'apply'>,
  { object: { metadata } }: RegisteredService,
  bundle: ReadonlyMap<string, string>,
): Promise<void> {
  const { name, resourceVersion } = metadata
  const caBundle = Buffer.from([...bundle.values()].join('')).toString('base64')
  const manifest = { metadata: { name, resourceVersion }, spec: { caBundle } }
  await cluster.apply(API_SERVICE, manifest, { fieldManager: FIELD_MANAGER })
}

function readBundle(object: APIService): RegisteredService {
  const text = Buffer.from(object.spec.caBundle ?? '', 'base64').toString()
  const entries = splitCertificates(text).map(
    (pem) => [new X509Certificate(pem).fingerprint256, pem] as const,
  )
  return { object, bundle: new Map(entries) }
}

function isSame(service: APIService['spec']['service'], { namespace, name }: ObjectKey): boolean {
  return service?.name === name && service.namespace === namespace
}
