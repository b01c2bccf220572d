import { checkServerIdentity, type PeerCertificate } from 'node:tls'

/**
 * Returns an error if the certificate of a server has none of the names. These are where the server was reached, and
 * the hosts that the operator wrote: sentinels and nodes of a cluster name others by address, while certificates often
 * name hosts alone.
 */
export function checkNames(
  names: readonly string[],
  certificate: PeerCertificate,
): Error | undefined {
  if (names.some((name) => checkServerIdentity(name, certificate) === undefined)) return undefined
  const { subject, subjectaltname = `CN=${String(subject?.CN)}` } = certificate
  return new Error(
    `the certificate of the server names ${subjectaltname}, and not ${[...new Set(names)].join(', ')}`,
  )
}
