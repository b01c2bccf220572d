import type { Config } from '../config-values.ts'
import { REDIS_RULES } from '../shared/redis-rules.ts'
import { defineTable } from '../define-table.ts'
import { SERVE_GROUPS } from './groups.ts'
import { SERVE_RULES } from './rules.ts'

/** The settings of `runnel serve`. */
export const SERVE_TABLE = defineTable({
  groups: SERVE_GROUPS,
  rules: [...SERVE_RULES, ...REDIS_RULES],
  capacityFile: 'CAPACITY_FILE',
})

export type ServeConfig = Config<typeof SERVE_TABLE>
