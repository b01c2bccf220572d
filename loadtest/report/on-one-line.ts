/** A text that servers had a part in must not move the cursor of a terminal, nor look like several lines. */
export function onOneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ').trim()
}
