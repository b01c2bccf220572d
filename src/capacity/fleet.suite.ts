import { describe } from 'vitest'
import { testAdmission } from './suite/admission.suite.ts'
import { testClosing } from './suite/close.suite.ts'
import type { OpenFleet } from './suite/helpers.suite.ts'
import { testOutages } from './suite/outage.suite.ts'
import { testViews } from './suite/view.suite.ts'

/** The promises of `Fleet`, by their numbers there; every adapter runs it. */
export function describeFleet(name: string, open: OpenFleet): void {
  describe(`${name} keeps`, () => {
    testAdmission(open)
    testClosing(open)
    testViews(open)
    testOutages(open)
  })
}
