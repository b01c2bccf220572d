/** Why the API server did not do what it was asked, as the controller has to tell causes apart. */
export type ClusterErrorReason =
  /** There is no such object, or no such kind. */
  | 'not-found'
  | 'already-exists'
  /** The object has changed since it was read, or another field manager owns the field. */
  | 'conflict'
  /** The resource version is too old to go on from: list anew. */
  | 'expired'
  /** RBAC allows it not. */
  | 'forbidden'
  | 'unauthorized'
  /** The API server refuses the object: a schema, a rule of a CRD, an admission webhook. */
  | 'invalid'
  | 'too-many-requests'
  /** The API server does not answer, or answers with an error of its own. */
  | 'unavailable'
  /** The answer is none that an API server gives. */
  | 'unreadable'

/** Causes that pass by themselves. */
const TRANSIENT: ReadonlySet<ClusterErrorReason> = new Set([
  'conflict',
  'expired',
  'too-many-requests',
  'unavailable',
])

export interface ClusterErrorOptions extends ErrorOptions {
  /** The status of the answer; undefined where there was none. */
  readonly status?: number | undefined
  /** In ms, where the API server asks for a pause. */
  readonly retryAfter?: number | undefined
}

/** A request that the API server did not grant. The message is a sentence for operators. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError'
  readonly reason: ClusterErrorReason
  readonly status: number | undefined
  readonly retryAfter: number | undefined

  constructor(reason: ClusterErrorReason, message: string, options: ClusterErrorOptions = {}) {
    super(message, options)
    this.reason = reason
    this.status = options.status
    this.retryAfter = options.retryAfter
  }

  /** Whether the same request may succeed later, with nothing changed by anyone. */
  get isTransient(): boolean {
    return TRANSIENT.has(this.reason)
  }
}

export function isClusterError(error: unknown, ...reasons: readonly ClusterErrorReason[]): boolean {
  return error instanceof ClusterError && (reasons.length === 0 || reasons.includes(error.reason))
}
