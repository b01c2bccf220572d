const WORDS =
  'token|secret|password|passwd|pwd|passphrase|api[_-]?key|signature|credential|jwt|authorization|cookie'
/** Names of fields, parameters and headers that hold a secret: they end in one of these words. */
const NAME = `[\\w.~-]*(?:${WORDS})s?`
/** Lines without any of these hold no secret. Most do not, and this is found faster. */
const HINT = new RegExp(`${WORDS}|bearer|@`, 'i')
/** A character of a string in JSON, or an escape sequence as a whole, except for these. */
const except = (characters: string, escapes: string) =>
  `(?:[^"\\\\${characters}]|\\\\[^${escapes}])`
const STRING = except('', '')
const LINE = except('', 'nr')
const VALUE = except('\\s,;&#', 'nrt')
const USER_INFO = except('\\s/?#', 'nrt')

/**
 * Where secrets stand in the text of a log line, which is JSON. It stays valid: no quote that ends a string is
 * replaced, and no part of an escape sequence.
 */
const SECRETS: readonly RegExp[] = [
  // A field: "password":"…".
  new RegExp(`("${NAME}":")${STRING}+`, 'gi'),
  // A header: Authorization: …, Cookie: ….
  new RegExp(`\\b((?:authorization|cookie) *[:=] *)${LINE}+`, 'gi'),
  // A bearer in a text. Prose has the word in small letters.
  new RegExp(`\\b(Bearer +)${VALUE}+`, 'g'),
  new RegExp(`\\b(bearer +)${VALUE}{16,}`, 'gi'),
  // A URL: scheme://user:password@host.
  new RegExp(`(://[^\\s"\\\\/?#:@]*:)${USER_INFO}*(?=@)`, 'g'),
  // A parameter of a query or a form: access_token=….
  // The name is looked at from its beginning only: a long one would take a time that grows with its square.
  new RegExp(`(?<![\\w.~-])(${NAME}=)${VALUE}+`, 'gi'),
]

/** Replaces the passwords, tokens and cookies of a line by `[redacted]`. */
export function redact(line: string): string {
  if (!HINT.test(line)) return line
  return SECRETS.reduce((text, secret) => text.replace(secret, '$1[redacted]'), line)
}
