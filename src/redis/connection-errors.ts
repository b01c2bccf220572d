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

/** Whether an error says why there is no connection, and not only that it ended. */
export function tellsCause(error: Error & { readonly code?: string }): boolean {
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE') return false
  return !/Connection is closed|Socket closed|ECONNRESET|EPIPE/.test(error.message)
}

/** A replica was asked to write. */
export function isReadOnly(error: Error): boolean {
  return error.message.startsWith('READONLY')
}
