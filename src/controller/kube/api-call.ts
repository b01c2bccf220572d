import { groupOf, type Kind } from '../objects/kind.ts'
import type { ObjectKey } from '../objects/metadata.ts'

/** As RBAC names what is done. An `apply` is a patch, and needs `create` too where it creates the object. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete'

export interface ResourceCall {
  readonly verb: Verb
  /** The API group; empty for the core group. */
  readonly group: string
  /** The plural of the kind. */
  readonly resource: string
  readonly subresource?: string | undefined
  readonly namespace?: string | undefined
  readonly name?: string | undefined
}

/** A path of the API server outside its resources, as discovery reads it. */
export interface PathCall {
  readonly verb: 'get'
  readonly path: string
}

export type ApiCall = ResourceCall | PathCall

/** Hears of every request that is sent, with those that are sent anew: metrics, and a comparison with RBAC. */
export interface ApiObserver {
  /** The status of the answer, undefined where none came, and the time until its head, in ms. */
  answered(call: ApiCall, status: number | undefined, duration: number): void
  /** A watch that had begun has ended. */
  watchEnded(call: ApiCall, end: WatchEnd): void
}

export type WatchEnd =
  /** By its signal. */
  | 'stopped'
  /** By the API server or something between. */
  | 'closed'
  /** Nothing came for so long that the connection must be broken. */
  | 'silent'
  /** By an error that the API server sent, or by what cannot be read. */
  | 'failed'

export function callOn(
  verb: Verb,
  kind: Pick<Kind, 'apiVersion' | 'plural'>,
  { namespace, name }: Partial<ObjectKey>,
  subresource?: string,
): ResourceCall {
  return { verb, group: groupOf(kind), resource: kind.plural, subresource, namespace, name }
}

/** For sentences: `patch statefulsets.apps/status a/b`. */
export function describeCall(call: ApiCall): string {
  if ('path' in call) return `${call.verb} ${call.path}`
  const { verb, namespace, name } = call
  const object = [namespace, name].filter((part) => part !== undefined).join('/')
  if (name !== undefined) return `${verb} ${resourceOf(call)} ${object}`
  const place = namespace === undefined ? 'in all namespaces' : `in namespace ${namespace}`
  return `${verb} ${resourceOf(call)} ${place}`
}

/** As kubectl takes it: `deployments.apps/scale`. */
export function resourceOf({ group, resource, subresource }: ResourceCall): string {
  const qualified = group === '' ? resource : `${resource}.${group}`
  return subresource === undefined ? qualified : `${qualified}/${subresource}`
}
