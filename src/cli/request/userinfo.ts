/** User and password in a URL. */

/** Decodes either. A percent sign that escapes nothing stands for itself, since a password may hold one. */
export function decodeUserinfo(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The end of a message about a URL that cannot be used, where a password may be the reason. */
export function hintAtPassword(text: string): string {
  return text.includes('@') ? ': write / ? # @ and % of a password as %2F %3F %23 %40 %25' : ''
}
