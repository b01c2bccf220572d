import { paint } from '../terminal.ts'
import { wrapDoc } from '../wrap-doc.ts'

/** What a check has found. */
export interface Finding {
  readonly isPassed: boolean
  /** The measured value, or what came instead of one. */
  readonly found: string
  /** Where it failed: what is most likely wrong, and what to set. */
  readonly advice?: string
}

export interface Verdict extends Finding {
  /** One word, by which people and scripts know the check. */
  readonly check: string
}

export function pass(found: string): Finding {
  return { isPassed: true, found }
}

export function fail(found: string, advice?: string): Finding {
  return { isPassed: false, found, ...(advice !== undefined && { advice }) }
}

const COLUMNS = 100
const INDENT = '      '

/** One line, and below it the advice. */
export function formatVerdict(
  { check, isPassed, found, advice }: Verdict,
  hasColors: boolean,
): string {
  const word = isPassed ? 'pass' : 'fail'
  const shown = hasColors ? paint(isPassed ? 'green' : 'red', word) : word
  const below = advice === undefined ? '' : `${wrapDoc(advice, COLUMNS, INDENT)}\n`
  return `${shown}  ${check}: ${found}\n${below}`
}
