import { choice } from '../kinds/choices-and-paths.ts'
import type { SettingRow } from '../setting.ts'

export const LOGGING = {
  LOG_LEVEL: {
    kind: choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    default: 'info',
    doc: 'Lowest level of log lines that are written. `silent` writes none.',
  },
  LOG_FORMAT: {
    kind: choice('auto', 'json', 'pretty'),
    default: 'auto',
    doc: 'Form of log lines. `json`: one JSON object a line. `pretty`: for people. `auto`: for people on a terminal, else JSON. Colors stand on a terminal only, and not if `NO_COLOR` is set or `TERM` is `dumb`.',
  },
} as const satisfies Record<string, SettingRow>
