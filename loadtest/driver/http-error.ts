/** An answer that breaks the rules of HTTP/1.1, or a limit of ours. The message says what was expected. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
}
