import { redisUrl } from '../kinds/redis-url.ts'
import { file } from '../kinds/choices-and-paths.ts'
import { variableOf } from '../names.ts'
import { rulesBetween } from '../rule.ts'
import type { SettingRow } from '../setting.ts'

export const REDIS = {
  REDIS_URL: {
    kind: redisUrl(),
    doc:
      'Redis or Valkey that holds the log, so that several pods share it: `redis://host:6379`, ' +
      '`redis+sentinel://host1,host2,host3/name` or `redis+cluster://host1,host2`, with ' +
      '`user:password@` before the hosts, and `rediss` for TLS. Unset, the log is in the memory of ' +
      'this process and ends with it.',
  },
  REDIS_CA_FILE: {
    kind: file({
      form: 'a PEM certificate',
      isRight: (text) => text.includes('-----BEGIN CERTIFICATE-----'),
    }),
    doc:
      'PEM file with the authorities that sign the certificates of Redis, in place of those the ' +
      'system trusts. Read at the start; only for `rediss`.',
  },
} as const satisfies Record<string, SettingRow>

const rule = rulesBetween<{ readonly redis: typeof REDIS }>()

export const REDIS_RULES = [
  rule(['REDIS_CA_FILE', 'REDIS_URL'], ({ redisCaFile, redisUrl: url }) =>
    redisCaFile === undefined || url?.tls === true
      ? undefined
      : url === undefined
        ? `expected no file, because ${variableOf('REDIS_URL')} is not set, got one: set it to a URL that begins with rediss`
        : `expected no file, because ${variableOf('REDIS_URL')} is without TLS, got one: write rediss in place of redis`,
  ),
]
