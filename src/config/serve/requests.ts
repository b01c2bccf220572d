import { BODY_LIMIT } from '../../schema/limits.ts'
import { MAX_BLOCK_BYTES } from '../../wire/limits.ts'
import { duration } from '../kinds/duration.ts'
import { formatSize, size } from '../kinds/size.ts'
import type { SettingRow } from '../setting.ts'

export const REQUESTS = {
  BODY_LIMIT: {
    kind: size('1', formatSize(BODY_LIMIT.max)),
    default: formatSize(BODY_LIMIT.default),
    doc:
      'Largest body of a publish, inclusive. A larger one is answered 413. Unset, it is at most ' +
      '`RUNNEL_HISTORY_BYTES`.',
  },
  MAX_EVENT: {
    kind: size('4KiB', formatSize(MAX_BLOCK_BYTES)),
    default: '60KiB',
    doc:
      'Largest block of a published event as any stream writes it, with its id and its envelope. A larger event ' +
      'is answered 413. Readers on the line scanner of Go stop at 64KiB, and meet such an event again ' +
      'after each reconnect, for ever: raise this only where no such reader subscribes.',
  },
  BODY_TIMEOUT: {
    kind: duration('50ms', '10m'),
    default: '15s',
    doc: 'How long the body of a request may take to arrive once its headers are there. Then it is answered 408.',
  },
  HEADER_TIMEOUT: {
    kind: duration('50ms', '10m'),
    default: '10s',
    doc: 'How long the headers of a request may take to arrive. Then the connection is closed.',
  },
  KEEP_ALIVE: {
    kind: duration('50ms', '1h'),
    default: '65s',
    doc:
      'How long a connection without a request stays open. Keep it longer than the same setting of ' +
      'every proxy in front: a proxy that reuses a connection we have just closed answers 502.',
  },
  MAX_HEADER_BYTES: {
    kind: size('4KiB', '1MiB'),
    default: '16KiB',
    doc:
      'Largest request line and headers together. More is answered 431. Cookies and tokens travel ' +
      'here, and a cursor takes up to 1KiB.',
  },
} as const satisfies Record<string, SettingRow>
