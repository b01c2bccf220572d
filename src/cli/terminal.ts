import { styleText } from 'node:util'
import type { CommandIo } from './command.ts'

const CONTROL_CHARACTER = /[^\P{Cc}\t]/gu

/**
 * A line that is safe to print on a terminal: escape sequences in the data of an event would let its
 * publisher control the terminal of a reader.
 */
export function printable(line: string): string {
  return line.replace(
    CONTROL_CHARACTER,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Colors a text. The caller must know that the output is a terminal. */
export function paint(format: Parameters<typeof styleText>[0], text: string): string {
  return styleText(format, text, { validateStream: false })
}

/** Whether colors may be written to a stream: to a terminal that shows them, and unless NO_COLOR is set. */
export function showsColors(isTerminal: boolean, env: CommandIo['env']): boolean {
  return isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}
