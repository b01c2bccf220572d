import {
  ClusterError,
  type ClusterErrorReason,
} from '../../../src/controller/cluster/cluster-error.ts'

const STATUS: Readonly<Partial<Record<ClusterErrorReason, number>>> = {
  'not-found': 404,
  'already-exists': 409,
  conflict: 409,
  expired: 410,
  forbidden: 403,
  unauthorized: 401,
  invalid: 422,
  'too-many-requests': 429,
  unavailable: 503,
}

/** The error that an adapter of the Kubernetes API would make of the answer. */
export function clusterError(reason: ClusterErrorReason, message: string): ClusterError {
  return new ClusterError(reason, message, { status: STATUS[reason] })
}
