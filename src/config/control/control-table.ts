import type { Config } from '../config-values.ts'
import { defineTable } from '../define-table.ts'
import { variableOf } from '../names.ts'
import { rulesBetween } from '../rule.ts'
import { LOGGING } from '../shared/logging.ts'
import { FLEETS } from './fleets.ts'
import { LEADERSHIP } from './leadership.ts'
import { LISTENERS } from './listeners.ts'

/** By title, in the order of help and docs. */
const CONTROL_GROUPS = {
  Fleets: FLEETS,
  Listeners: LISTENERS,
  Leadership: LEADERSHIP,
  Operation: LOGGING,
} as const

const rule = rulesBetween<typeof CONTROL_GROUPS>()

/** The settings of `runnel control`. */
export const CONTROL_TABLE = defineTable({
  groups: CONTROL_GROUPS,
  rules: [
    rule(
      ['METRICS_API_LISTEN', 'METRICS_API_SECRET', 'CONTROLLER_SERVICE'],
      ({ metricsApiListen, metricsApiSecret, controllerService }) => {
        if (metricsApiListen === undefined) return undefined
        const missing = [
          ...(metricsApiSecret === undefined ? [variableOf('METRICS_API_SECRET')] : []),
          ...(controllerService === undefined ? [variableOf('CONTROLLER_SERVICE')] : []),
        ]
        if (missing.length === 0) return undefined
        return `expected ${missing.join(' and ')} to be set too: without them the API server cannot trust the metrics API`
      },
    ),
  ],
})

export type ControlConfig = Config<typeof CONTROL_TABLE>
