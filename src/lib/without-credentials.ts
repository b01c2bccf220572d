/**
 * A text for messages, without what may be a secret: all that stands before the last `@`, but for a scheme, and behind
 * the first `?` or `#`. An address that is refused may have any form, quotes and blanks around it, and any character
 * in its password, so no other part of its form is relied on.
 */
export function withoutCredentials(text: string): string {
  const at = text.lastIndexOf('@')
  const [scheme = ''] = /^["'\s]*[a-z][a-z0-9+.-]*:\/+/i.exec(text) ?? []
  const shown = at < 1 ? text : `${scheme}…${text.slice(at)}`
  return shown.replace(/([?#]).+$/s, '$1…')
}
