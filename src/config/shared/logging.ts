import { choice } from '../kinds/choices-and-paths.ts'
import type { SettingRow } from '../setting.ts'

export const LOGGING = {
  LOG_LEVEL: {
    kind: choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
    default: 'info',
    doc: 'Lowest level of log lines that are written. `silent` writes none.',
  },
} as const satisfies Record<string, SettingRow>
