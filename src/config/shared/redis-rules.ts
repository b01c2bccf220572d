import { variableOf } from '../names.ts'
import { rulesBetween } from '../rule.ts'
import type { REDIS } from './redis.ts'

const rule = rulesBetween<{ readonly redis: typeof REDIS }>()

const URL = variableOf('REDIS_URL')

export const REDIS_RULES = [
  rule(['REDIS_CA_FILE', 'REDIS_URL'], ({ redisCaFile, redisUrl }) =>
    redisCaFile === undefined ? undefined : expectTls(redisUrl),
  ),
  rule(['REDIS_CERT_FILE', 'REDIS_URL'], ({ redisCertFile, redisUrl }) =>
    redisCertFile === undefined ? undefined : expectTls(redisUrl),
  ),
  rule(['REDIS_CERT_FILE', 'REDIS_KEY_FILE'], ({ redisCertFile, redisKeyFile }) =>
    redisCertFile === undefined || redisKeyFile !== undefined
      ? undefined
      : `expected its private key in ${variableOf('REDIS_KEY_FILE')}, got none`,
  ),
  rule(['REDIS_KEY_FILE', 'REDIS_CERT_FILE'], ({ redisKeyFile, redisCertFile }) =>
    redisKeyFile === undefined || redisCertFile !== undefined
      ? undefined
      : `expected the certificate of the key in ${variableOf('REDIS_CERT_FILE')}, got none`,
  ),
  rule(['REDIS_USERNAME', 'REDIS_URL'], ({ redisUsername, redisUrl }) => {
    if (redisUsername === undefined) return undefined
    if (redisUrl === undefined) return `expected no user, because ${URL} is not set, got one`
    return redisUrl.username === undefined
      ? undefined
      : `expected no user, because there is one in ${URL}, got a second: take one of them away`
  }),
  rule(['REDIS_PASSWORD_FILE', 'REDIS_URL'], ({ redisPasswordFile, redisUrl }) => {
    if (redisPasswordFile === undefined) return undefined
    if (redisUrl === undefined) return `expected no file, because ${URL} is not set, got one`
    return redisUrl.password === undefined
      ? undefined
      : `expected no file, because there is a password in ${URL}, got one: take one of them away`
  }),
]

/** The problem of a file that TLS alone needs. */
function expectTls(url: { readonly tls: boolean } | undefined): string | undefined {
  if (url?.tls === true) return undefined
  return url === undefined
    ? `expected no file, because ${URL} is not set, got one: set it to a URL that begins with rediss`
    : `expected no file, because ${URL} is without TLS, got one: write rediss in place of redis`
}
