/** The library did not send a command, since there was no connection. */
export function isNotConnected(error: unknown): boolean {
  return error instanceof Error && error.message.includes("isn't writeable")
}

/** The server refused the database: it has fewer, or the user may not select one. */
export function isWrongDatabase(
  error: Error & { readonly command?: { readonly name: string } },
): boolean {
  return error.command?.name === 'select'
}

/** The other side ended the connection, perhaps while something was sent to it. */
export function isReset(error: Error & { readonly code?: string }): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE'
}

/** Whether an error says why there is no connection, and not only that it ended or that its bytes make no sense. */
export function tellsCause(error: Error): boolean {
  const { message } = error
  if (isReset(error) || /ECONNRESET|EPIPE/.test(message)) return false
  return !/Connection is closed|Socket closed|Unknown RESP type|wrong version number/.test(message)
}

/** A replica was asked to write. */
export function isReadOnly(error: Error): boolean {
  return error.message.startsWith('READONLY')
}
