/** Names of fields, parameters and headers that hold a secret: they end in one of these words. */
const NAME =
  '[\\w.~-]*(?:token|secret|password|passwd|pwd|passphrase|api[_-]?key|signature|credential|jwt|authorization|cookie)s?'
/** A character of JSON text, or an escape sequence as a whole, that belongs to what these do not end. */
const upTo = (characters: string, escapes = '') =>
  `(?:[^"\\\\${characters}]|\\\\[^${escapes === '' ? '\\n' : escapes}])`
/** A value without blanks. */
const WORD = upTo('\\s,;&#', 'nrt')
const LINE = upTo('', 'nr')

/**
 * Where secrets stand in the text of a log line, which is JSON. It stays valid: no quote that ends a string is
 * replaced, and no part of an escape sequence.
 */
const SECRETS: readonly RegExp[] = [
  // A field: "password":"…".
  new RegExp(`("${NAME}":")${upTo('')}+`, 'gi'),
  // A header: Authorization: …, Cookie: ….
  new RegExp(`\\b((?:authorization|cookie) *[:=] *)${LINE}+`, 'gi'),
  // A bearer in a text. Prose has the word in small letters.
  new RegExp(`\\b(Bearer +)${WORD}+`, 'g'),
  new RegExp(`\\b(bearer +)${WORD}{16,}`, 'gi'),
  // A URL: scheme://user:password@host.
  new RegExp(`(://[^\\s"\\\\/?#:@]*:)${upTo('\\s/?#', 'nrt')}*(?=@)`, 'g'),
  // A parameter of a query or a form: access_token=….
  new RegExp(`\\b(${NAME}=)${WORD}+`, 'gi'),
]

/** Replaces the passwords, tokens and cookies of a line by `[redacted]`. */
export function redact(line: string): string {
  return SECRETS.reduce((text, secret) => text.replace(secret, '$1[redacted]'), line)
}
