import { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { TLSSocket, type DetailedPeerCertificate } from 'node:tls'
import { z } from 'zod'
import { splitCertificates } from './pem.ts'
import { StatusError } from './status.ts'

/**
 * How the API server proves that a request comes from it: it forwards requests of users whom it has authenticated,
 * with a client certificate of its own. Published in the ConfigMap `extension-apiserver-authentication` of the
 * namespace `kube-system`, which changes when the authority is rotated.
 */
export interface FrontProxy {
  /** The authorities of its certificates, in PEM. */
  readonly authorities: readonly string[]
  /** SHA-256 of each authority. */
  readonly fingerprints: ReadonlySet<string>
  /** The common names that its certificates may have; any if empty. */
  readonly allowedNames: readonly string[]
  /** The headers that may name the user, in lower case. */
  readonly userHeaders: readonly string[]
}

const names = z.array(z.string())

/** Reads the data of that ConfigMap. Throws with a sentence for operators. */
export function parseFrontProxy(data: Readonly<Record<string, string>> = {}): FrontProxy {
  const authorities = splitCertificates(data['requestheader-client-ca-file'] ?? '')
  const parsed = authorities.map((pem) => new X509Certificate(pem))
  if (parsed.length === 0) {
    throw new Error(
      'expected certificates in requestheader-client-ca-file: without the flag --requestheader-client-ca-file the API server forwards no requests to other servers',
    )
  }
  // TLS servers of Node follow a chain to its end.
  if (!parsed.some((certificate) => certificate.checkIssued(certificate))) {
    throw new Error(
      'expected a root in requestheader-client-ca-file: add the authority that issued the one in the file',
    )
  }
  return {
    authorities,
    fingerprints: new Set(parsed.map(({ fingerprint256 }) => fingerprint256)),
    allowedNames: parseNames(data, 'requestheader-allowed-names'),
    userHeaders: parseNames(data, 'requestheader-username-headers').map((name) =>
      name.toLowerCase(),
    ),
  }
}

function parseNames(data: Readonly<Record<string, string>>, key: string): readonly string[] {
  try {
    return names.parse(JSON.parse(data[key] ?? '[]'))
  } catch (cause) {
    throw new Error(`expected a JSON list of names in ${key}`, { cause })
  }
}

/**
 * Throws unless the request comes from the front proxy on behalf of a user. What the user may read is not checked
 * again: the API server authorises a request before it forwards it, and nothing else gets past this check.
 */
export function authenticate(request: IncomingMessage, proxy: FrontProxy | undefined): void {
  if (proxy === undefined) throw new StatusError(401, 'the authority of the API server is unknown')
  const { socket, headers } = request
  if (!(socket instanceof TLSSocket) || !socket.authorized) throw unauthorized()
  const certificate = socket.getPeerCertificate(true)
  // The handshake checked all that against the authorities of its time; connections last for longer.
  const isOutdated = Date.parse(certificate.valid_to) <= Date.now()
  if (isOutdated || !isIssuedBy(certificate, proxy.fingerprints)) throw unauthorized()

  const commonName = [certificate.subject.CN].flat().at(-1) ?? ''
  if (proxy.allowedNames.length > 0 && !proxy.allowedNames.includes(commonName)) {
    throw new StatusError(403, `the certificate of ${commonName} may not forward requests`)
  }
  const hasUser = proxy.userHeaders.some((name) => (headers[name] ?? '') !== '')
  if (!hasUser) throw new StatusError(401, 'the request names no user')
}

function unauthorized(): StatusError {
  return new StatusError(
    401,
    'expected the client certificate of the API server: read metrics through /apis of the API server',
  )
}

/** Whether an authority of these stands above the certificate in its chain. */
function isIssuedBy(leaf: DetailedPeerCertificate, fingerprints: ReadonlySet<string>): boolean {
  let certificate = leaf
  // A root is its own issuer; a chain whose end is missing has no issuer there.
  while (certificate.issuerCertificate && certificate.issuerCertificate !== certificate) {
    certificate = certificate.issuerCertificate
    if (fingerprints.has(certificate.fingerprint256)) return true
  }
  return false
}
