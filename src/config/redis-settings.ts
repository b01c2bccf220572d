import { choice, file, integer } from './kinds.ts'
import { redisUrl } from './redis-url-kind.ts'
import type { Setting } from './setting.ts'

export const REDIS_SETTINGS = {
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
  PUBLISH_ACK: {
    kind: choice('primary', 'replicated'),
    default: 'primary',
    doc:
      'When a publish is answered: once the primary server has it, or once a replica has it too. With ' +
      '`replicated`, a publish that no replica has confirmed within 1s is answered 202 in place of 200: ' +
      'it is accepted, and may be lost if the primary fails now.',
  },
  MAX_KEYS: {
    kind: integer(1, 10_000_000),
    default: '100000',
    doc:
      'Idempotency keys that the Redis log remembers a channel, each for ten minutes: at the default, ' +
      '166 publishes a second. A publish with a further one is answered 507, and may be tried again.',
  },
} as const satisfies Record<string, Setting>
