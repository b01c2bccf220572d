import type { Live } from '../../../lib/live-value.ts'
import type { Logger } from '../../../telemetry/logger.ts'
import type { Cluster } from '../../cluster/cluster.ts'
import type { ObjectKey } from '../../objects/metadata.ts'
import { SECRET, type Secret } from '../../objects/secret.ts'
import { withAuthorities } from './authority-secret.ts'
import { createAuthority, type Authority } from './authority.ts'
import { publishBundle, type RegisteredService } from './registration.ts'
import { findExpendable, planAuthorities, type RotationView } from './rotation-plan.ts'

export interface RotationOptions {
  readonly cluster: Pick<Cluster, 'get' | 'replace' | 'apply'>
  /** The Service that the APIServices point to. */
  readonly service: Required<ObjectKey>
  /** It exists already, and may be empty. */
  readonly secret: ObjectKey
  /** Whether this replica may write at this moment. Several that do so do no harm. */
  readonly mayWrite: Live<boolean>
  readonly logger: Pick<Logger, 'info' | 'warn'>
}

/** Puts into the Secret what is planned. Resolves to what it holds then. */
export async function storeAuthorities(
  { cluster, service, mayWrite, logger }: RotationOptions,
  secret: Secret,
  view: RotationView,
): Promise<readonly Authority[]> {
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

export interface Publication {
  readonly view: RotationView
  readonly stored: readonly Authority[]
  readonly services: readonly RegisteredService[]
}

/** Makes all APIServices trust the same authorities. Resolves to the number of those that have changed. */
export async function publishAuthorities(
  { cluster, mayWrite }: RotationOptions,
  { view, stored, services }: Publication,
): Promise<number> {
  const bundle = new Map(services.flatMap((registered) => [...registered.bundle]))
  for (const id of findExpendable(view)) bundle.delete(id)
  for (const { fingerprint, certificate } of stored) bundle.set(fingerprint, certificate)
  const outdated = services.filter((registered) => !isSameBundle(registered.bundle, bundle))
  if (!mayWrite()) return 0
  for (const registered of outdated) await publishBundle(cluster, registered, bundle)
  return outdated.length
}

/** As the API server calls a Service. */
export function hostOf({ namespace, name }: ObjectKey): string {
  return `${name}.${namespace}.svc`
}

function isSameBundle(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a.keys()].every((id) => b.has(id))
}
