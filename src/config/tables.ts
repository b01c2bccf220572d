import { SERVE_TABLE } from './serve/table.ts'
import type { SettingsTable } from './table.ts'

/** The tables of all commands with settings. */
export const TABLES = { serve: SERVE_TABLE } as const satisfies Record<string, SettingsTable>
