import type { Kind } from '../../../src/controller/objects/kind.ts'
import type { Metadata } from '../../../src/controller/objects/metadata.ts'
import { clusterError } from './errors.ts'
import type { Json } from './fields.ts'

const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/
const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/

/** Refuses what an API server refuses, as far as clients have been known to send it. */
export function validate(kind: Kind, object: Json & { readonly metadata: Metadata }): void {
  const { name, namespace } = object.metadata
  if (!NAME.test(name)) throw clusterError('invalid', `metadata.name: Invalid value: "${name}"`)
  if (kind.isNamespaced !== (namespace !== undefined)) {
    throw clusterError('invalid', `metadata.namespace of ${kind.kind}: ${namespace}`)
  }
  const { error } = kind.schema.safeParse(object)
  if (error !== undefined) throw clusterError('invalid', `${kind.kind} ${name}: ${error.message}`)
  if (kind.kind === 'Lease') validateTimes((object['spec'] as Json | undefined) ?? {})
}

function validateTimes(spec: Json): void {
  for (const field of ['acquireTime', 'renewTime']) {
    const time = spec[field]
    if (time !== undefined && (typeof time !== 'string' || !MICRO_TIME.test(time))) {
      throw clusterError('invalid', `parsing time ${JSON.stringify(time)} of ${field}`)
    }
  }
}
