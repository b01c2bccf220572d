import { SERVE_TABLE } from './serve/table.ts'
import type { SettingsTable } from './table.ts'

/** The settings of each command that has any. */
export const TABLES = { serve: SERVE_TABLE } as const satisfies Record<string, SettingsTable>
