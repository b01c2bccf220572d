/**
 * A text for messages, without what may be a password: all that stands before the last `@` of an address, and behind
 * the `?` or `#` of a URL. A password that is not percent-encoded may hold any character, so the text need not be a URL.
 */
export function withoutCredentials(text: string): string {
  const [, scheme, rest] = /^\s*([a-z][a-z0-9+.-]*:\/+)(.*)$/is.exec(text) ?? []
  if (scheme !== undefined && rest !== undefined) {
    return scheme + rest.replace(/^.*@/s, '…@').replace(/[?#].*$/s, '?…')
  }
  // `user:password@host`, but no JSON.
  const [word = ''] = /^[^\s"'{[]\S*/.exec(text) ?? []
  const at = word.lastIndexOf('@')
  return word.slice(0, Math.max(at, 0)).includes(':') ? `…${text.slice(at)}` : text
}
