import { paint } from '../terminal.ts'
import { wrapDoc } from '../wrap-doc.ts'

/** The result of a check. */
export interface Finding {
  readonly isPassed: boolean
  /** The measured value, or the failure that prevented a measurement. */
  readonly found: string
  /** After a failure, its likely cause and the setting that mends it. */
  readonly advice?: string
}

export interface Verdict extends Finding {
  /** Name of the check, one word. */
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

/** One line, with the advice below it. */
export function formatVerdict(
  { check, isPassed, found, advice }: Verdict,
  hasColors: boolean,
): string {
  const word = isPassed ? 'pass' : 'fail'
  const shown = hasColors ? paint(isPassed ? 'green' : 'red', word) : word
  const below = advice === undefined ? '' : `${wrapDoc(advice, COLUMNS, INDENT)}\n`
  return `${shown}  ${check}: ${found}\n${below}`
}
