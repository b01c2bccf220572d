import { CONTROL_TABLE } from './control/control-table.ts'
import { SERVE_TABLE } from './serve/serve-table.ts'
import type { SettingsTable } from './define-table.ts'

/** The tables of all commands with settings. */
export const TABLES = {
  serve: SERVE_TABLE,
  control: CONTROL_TABLE,
} as const satisfies Record<string, SettingsTable>
