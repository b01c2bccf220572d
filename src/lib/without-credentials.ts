/**
 * A text for messages, without what may be a password: all that stands before the last `@` of an address, and behind
 * the `?` or `#` of a URL. A password that is not percent-encoded may hold any character, so the text need not be a URL.
 */
export function withoutCredentials(text: string): string {
  const [, scheme, rest] = /^\s*([a-z][a-z0-9+.-]*:\/*)(.*)$/is.exec(text) ?? []
  const isUrl = scheme !== undefined && rest !== undefined && scheme.endsWith('/')
  if (isUrl) return scheme + rest.replace(/^.*@/s, '…@').replace(/[?#].*$/s, '?…')
  return text.replace(/^[^\s"'{[]*:\S*@/, '…@')
}
