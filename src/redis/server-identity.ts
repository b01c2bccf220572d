import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import type { RedisUrl } from '../lib/redis-url.ts'

/**
 * Checks the names of a server's certificate: one of them must be where the server was reached, or a host that the
 * operator wrote. Sentinels and nodes of a cluster name others by address, while certificates often name hosts alone.
 */
export function serverIdentityCheck({ hosts }: Pick<RedisUrl, 'hosts'>) {
  return (reached: string, certificate: PeerCertificate): Error | undefined => {
    const names = [reached, ...hosts.map(({ host }) => host)]
    if (names.some((name) => checkServerIdentity(name, certificate) === undefined)) return undefined
    const { subject, subjectaltname = `CN=${String(subject?.CN)}` } = certificate
    return new Error(
      `the certificate of the server names ${subjectaltname}, and not ${[...new Set(names)].join(', ')}`,
    )
  }
}
