import { stripVTControlCharacters } from 'node:util'
import { prettyFactory } from 'pino-pretty'

/** Escape sequences of JSON, and control characters that JSON holds as they are. */
const ESCAPE_OR_CONTROL = /\\u(?<code>00[01][0-9a-f])|\\(?<letter>.)|[\u007f-\u009f]/g
/** Backspace, form feed and carriage return, which overwrite what a terminal shows. */
const OVERWRITING: ReadonlySet<string> = new Set(['b', 'f', 'r'])

/** In characters, as in ERROR. */
const LONGEST_LEVEL = 5

/** Turns JSON lines into lines for people. */
export function formatForPeople(hasColors: boolean): (line: string) => string {
  const format = prettyFactory({
    colorize: hasColors,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
    customPrettifiers: {
      // The messages of all levels begin in one column.
      level: (_value, _key, _log, { labelColorized: level }) => {
        const { length } = stripVTControlCharacters(level)
        return ' '.repeat(Math.max(0, LONGEST_LEVEL - length)) + level
      },
    },
  })
  return (line) => format(withoutControls(line))
}

/** Names and errors come from clients and servers: their control characters would control the terminal of a reader. */
function withoutControls(json: string): string {
  return json.replace(ESCAPE_OR_CONTROL, (found, code?: string, letter?: string) => {
    if (code !== undefined) return `\\\\u${code}`
    if (letter === undefined) return `\\\\u00${found.charCodeAt(0).toString(16)}`
    return OVERWRITING.has(letter) ? `\\\\${letter}` : found
  })
}
