import { APPEND_SCRIPT } from './append-script.ts'
import { POSITION_CHECK_SCRIPT } from './position-check-script.ts'
import { READ_SCRIPT } from './read-script.ts'

/** The commands that the scripts of the log run. */
export const LOG_COMMANDS: ReadonlySet<string> = new Set(
  [APPEND_SCRIPT, READ_SCRIPT, POSITION_CHECK_SCRIPT].flatMap(({ commands }) => [...commands]),
)
