import { integer } from '../kinds/kind.ts'
import { choice } from '../kinds/choices-and-paths.ts'
import type { SettingRow } from '../setting.ts'

export const REDIS_LOG = {
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
} as const satisfies Record<string, SettingRow>
