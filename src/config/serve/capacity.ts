import { integer } from '../kinds/kind.ts'
import { path } from '../kinds/choices-and-paths.ts'
import { LIVE_SETTINGS } from '../../schema/limits.ts'
import type { SettingRow } from '../setting.ts'

export const CAPACITY = {
  MAX_STREAMS: {
    kind: integer(1, 1_000_000),
    default: '10000',
    live: 'limit',
    doc:
      'Streams open at once. A further one gets `runnel.full`, with the time to come back and the URL to ' +
      'poll meanwhile, and is closed. Lowering the number closes no stream.',
  },
  MAX_POLLS: {
    kind: integer(1, 1_000_000),
    default: '10000',
    doc: 'Polls held at once. A further one is answered 503 with `Retry-After`.',
  },
  MAX_PUBLISHES: {
    kind: integer(1, 100_000),
    default: '256',
    doc:
      'Publishes in flight at once, each of which may hold a body of `RUNNEL_BODY_LIMIT`. A further ' +
      'one is answered 503 with `Retry-After`.',
  },
  MAX_PER_ADDRESS: {
    kind: integer(1, 1_000_000),
    doc:
      'Streams of one client address at once, of IPv6 of one /64, in all pods that share a Redis log. A ' +
      'further one is closed with `runnel.full` and the reason `client`. Unset, there is no such limit. Behind a proxy it ' +
      'needs `RUNNEL_TRUSTED_HOPS`, or all clients share the address of the proxy.',
  },
  PER_PRINCIPAL: {
    kind: integer(LIVE_SETTINGS.perPrincipal.min, LIVE_SETTINGS.perPrincipal.max),
    default: String(LIVE_SETTINGS.perPrincipal.default),
    live: 'connections.perPrincipal',
    doc:
      'Streams of one principal at once, in all pods that share a Redis log. A further one is closed ' +
      'with `runnel.full` and the reason `client`. Only a client with a token is a principal, so the number has ' +
      'no effect without access control.',
  },
  CAPACITY_FILE: {
    kind: path(),
    doc:
      'JSON file whose values beat flags and variables while the service runs. It is read again ' +
      'every 2s. A missing file changes nothing; an invalid one is logged and leaves the last valid one in ' +
      'force.',
  },
} as const satisfies Record<string, SettingRow>
