import { ClusterError } from '../cluster/cluster-error.ts'
import { describeCall, type ApiCall } from './api-call.ts'
import { TextTooLong } from './bounded-text.ts'

/** What the codes of Node and undici mean, for operators. */
const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the API server refuses connections',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was reset',
  UND_ERR_SOCKET: 'the connection was closed before an answer came',
  ENOTFOUND: 'the name of the API server cannot be resolved (DNS)',
  EAI_AGAIN: 'the name of the API server cannot be resolved (DNS)',
  EHOSTUNREACH: 'there is no route to the API server',
  ENETUNREACH: 'there is no route to the API server',
  ETIMEDOUT: 'the API server does not take the connection in time',
  UND_ERR_CONNECT_TIMEOUT: 'the API server does not take the connection in time',
  UND_ERR_DESTROYED: 'the client of the cluster is closed',
  UND_ERR_CLOSED: 'the client of the cluster is closed',
}

/** Codes of OpenSSL for a certificate of the server that the authorities at hand do not vouch for. */
const CERTIFICATE = /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_CERT|HOSTNAME_MISMATCH)/

/** A request failed without an answer, or amid one. */
export function explainFailure(call: ApiCall, error: unknown): ClusterError {
  const code = codeOf(error)
  const isTooLarge = error instanceof TextTooLong
  const cause = isTooLarge ? 'the answer is larger than allowed' : describeCause(error, code)
  const message = `Cannot ${describeCall(call)}: ${cause}.`
  return new ClusterError(isTooLarge ? 'unreadable' : 'unavailable', message, { cause: error })
}

/** The certificate of the API server is not trusted: nothing was sent. */
export function isDistrust(error: unknown): boolean {
  return CERTIFICATE.test(codeOf(error))
}

/** The connection ended under the request, as one does that the server closes just when it is used anew. */
export function isCut(error: unknown): boolean {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(codeOf(error))
}

/** Nothing came on a stream for its time. */
export function isSilence(error: unknown): boolean {
  return codeOf(error) === 'UND_ERR_BODY_TIMEOUT'
}

function describeCause(error: unknown, code: string): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'the API server did not answer in time'
  if (CERTIFICATE.test(code)) {
    return `the certificate of the API server is not trusted (${error.message}); check the authority of the kubeconfig, or ca.crt of the service account`
  }
  const cause = CAUSES[code]
  return cause === undefined ? error.message : `${cause} (${code})`
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
