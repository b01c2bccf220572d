/** A text that servers had a part in must not move the cursor of a terminal. Its lines stay. */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]+/gu, ' ')
}

/** Nor may it look like several lines of ours. */
export function onOneLine(text: string): string {
  return printable(text).replaceAll('\n', ' ').trim()
}
