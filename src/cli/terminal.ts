import { styleText } from 'node:util'

const CONTROL_CHARACTER = /[^\P{Cc}\t]/gu

/**
 * A line as it may go to a terminal. Whoever may publish would otherwise control the terminal of
 * whoever looks, by escape sequences in the data.
 */
export function printable(line: string): string {
  return line.replace(
    CONTROL_CHARACTER,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Colors a text for a terminal: the caller knows that the output is one. */
export function paint(format: Parameters<typeof styleText>[0], text: string): string {
  return styleText(format, text, { validateStream: false })
}
