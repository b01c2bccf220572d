import { ClusterError } from '../cluster/cluster-error.ts'
import type { Kind } from '../objects/kind.ts'
import { formatKey, type ObjectKey } from '../objects/metadata.ts'

type Query = Readonly<Record<string, string | number | boolean | undefined>>

/** The path under which discovery lists the kinds of an API version. */
export function versionPath({ apiVersion }: Pick<Kind, 'apiVersion'>): string {
  const segments = apiVersion.split('/').map(encodeSegment)
  return `/${segments.length === 1 ? 'api' : 'apis'}/${segments.join('/')}`
}

export function objectPath(kind: Kind, key: ObjectKey, subresource?: string): string {
  const path = `${parentPath(kind, key)}/${encodeSegment(key.name)}`
  return subresource === undefined ? path : `${path}/${subresource}`
}

/** Where an object is created. */
export function parentPath(kind: Kind, key: ObjectKey): string {
  if (kind.isNamespaced && key.namespace === undefined) {
    throw new ClusterError('invalid', `${kind.kind} ${formatKey(key)} needs a namespace.`)
  }
  return collectionPath(kind, key.namespace)
}

/** Of a namespaced kind without a namespace: the objects of all namespaces. */
export function collectionPath(kind: Kind, namespace: string | undefined): string {
  const scope =
    kind.isNamespaced && namespace !== undefined ? `/namespaces/${encodeSegment(namespace)}` : ''
  return `${versionPath(kind)}${scope}/${encodeSegment(kind.plural)}`
}

/** Names without a value are left out. */
export function withQuery(path: string, query: Query): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(name, String(value))
  }
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`
}

/** Refuses what would lead to another path than that of an object. */
function encodeSegment(text: string): string {
  if (/^\.{0,2}$|[/%]/.test(text)) {
    throw new ClusterError('invalid', `"${text}" is no name that an object or a kind can have.`)
  }
  return encodeURIComponent(text)
}
