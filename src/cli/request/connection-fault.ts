/** Why a connection fails, by the codes of Node, OpenSSL and undici. */

export type FaultKind =
  | 'unreached'
  | 'without-tls'
  | 'tls'
  | 'authority'
  | 'name'
  | 'validity'
  | 'proxy-credentials'
  | 'proxy-tunnel'

export interface ConnectionFault {
  readonly kind: FaultKind
  /** What is wrong, to stand after "connection to … failed: ". */
  readonly sentence: string
  /** Whether the same request hardly succeeds a little later. */
  readonly isLasting: boolean
}

/** The fault of the first error with a known code, from the outermost to its cause; undefined without one. */
export function faultOf(error: unknown): ConnectionFault | undefined {
  for (let each = error; each instanceof Error; each = causeOf(each)) {
    const fault = 'code' in each ? classify(each, String(each.code)) : undefined
    if (fault !== undefined) return fault
  }
  return undefined
}

/** Node tries each address of a host name; the first error stands for all of them. */
function causeOf(error: Error): unknown {
  return error.cause ?? (error instanceof AggregateError ? error.errors[0] : undefined)
}

const UNREACHED: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND'])
/** Results of OpenSSL's check of a certificate. */
const UNTRUSTED =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT(?:_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_UNTRUSTED)$/
const OUT_OF_TIME = /^CERT_(?:NOT_YET_VALID|HAS_EXPIRED)$/
const UNUSABLE = /^(?:CERT_|UNABLE_TO_|INVALID_|ERROR_IN_|PATH_LENGTH_EXCEEDED)/
const OTHER_NAME = /^(?:ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/

function classify(error: Error, code: string): ConnectionFault | undefined {
  // Node adds advice about itself after a semicolon.
  const [message = ''] = error.message.split(';')
  if (UNREACHED.has(code)) {
    // An error for several addresses has no message of its own.
    return error.message === '' ? undefined : lasting('unreached', error.message)
  }
  if (OTHER_NAME.test(code)) return lasting('name', error.message)
  if (UNTRUSTED.test(code)) {
    return lasting('authority', `nothing that this machine trusts vouches for it: ${message}`)
  }
  if (OUT_OF_TIME.test(code)) return lasting('validity', message)
  if (UNUSABLE.test(code)) return lasting('tls', `the certificate cannot be used: ${message}`)
  if (PROXY_CODES.has(code)) return judgeRefusal(error)
  if (code === 'EPROTO' || /^ERR_(?:SSL|TLS)_/.test(code)) return judgeTls(error.message)
  return undefined
}

function lasting(kind: FaultKind, sentence: string): ConnectionFault {
  return { kind, sentence, isLasting: true }
}

/** Of Node, and of undici for a tunnel and for a request that a proxy should forward. */
const PROXY_CODES: ReadonlySet<string> = new Set([
  'ERR_PROXY_TUNNEL',
  'UND_ERR_ABORTED',
  'UND_ERR_INVALID_ARG',
])
/** Errors of undici have the status in the message alone. */
const UNDICI_STATUS = /^Proxy [^(]*\((\d{3})\)/

function judgeRefusal(error: Error): ConnectionFault | undefined {
  const [, found] = UNDICI_STATUS.exec(error.message) ?? []
  const status = Number('statusCode' in error ? error.statusCode : found)
  // A proxy that closed the connection has sent no status.
  if (Number.isNaN(status)) return undefined
  if (status === 407) {
    return lasting('proxy-credentials', `the proxy asks for other credentials (status ${status})`)
  }
  const sentence = `the proxy refuses the tunnel (status ${status})`
  return { kind: 'proxy-tunnel', sentence, isLasting: status < 500 }
}

/** Reasons of OpenSSL. Those of alerts, which the other side has sent, begin at 1,000. */
const NO_TLS: ReadonlySet<number> = new Set([
  156, // an HTTP request
  198, // a packet of a length that TLS does not have
  267, // a version that TLS does not have
])
const VERSIONS: ReadonlySet<number> = new Set([
  191, // no protocol in common with the settings of this machine
  258, // the server chose a version that is switched off here
  1070, // the server takes none of ours
])
const CERTIFICATE_REQUIRED = 1116

/** With `EPROTO` the number of the error stands in the message alone. Its last 23 bits are the reason. */
function judgeTls(message: string): ConnectionFault {
  const [, number = '', text = message] =
    /error:([0-9A-F]{8}):[^:]*:[^:]*:([^:]*)/.exec(message) ?? []
  const reason = Number.parseInt(number, 16) & 0x7f_ff_ff
  if (NO_TLS.has(reason)) {
    return lasting('without-tls', 'it answers without TLS: is it http:// instead of https://?')
  }
  const sentence = VERSIONS.has(reason)
    ? `it has no version of TLS in common with this machine (${text})`
    : reason === CERTIFICATE_REQUIRED
      ? 'it asks for a certificate of the client, and there is none to send'
      : `TLS failed: ${text}`
  return lasting('tls', sentence)
}
